"""The provenance of a run: its memory and its hardware."""

from importlib.metadata import version

from rlvr_direction.press import provenance


def test_a_process_has_held_some_memory_and_not_a_thousand_gibibytes():
    assert 0.01 < provenance.peak_memory() < 1000


def test_the_hardware_counts_its_cores():
    assert "CPU cores" in provenance.hardware()


def test_versions_are_compared_with_the_lock_without_their_builds(tmp_path, monkeypatch):
    lock = tmp_path / "requirements.txt"
    lock.write_text("# a lock\nnumpy==1.0.0\nno-such-package==2.0\n")
    assert provenance.versions(lock) == {"numpy": ("1.0.0", version("numpy")), "no-such-package": ("2.0", None)}
    monkeypatch.setattr(provenance, "version", lambda name: "1.0.0+cpu")
    assert provenance.versions(lock)["numpy"] == ("1.0.0", "1.0.0")
