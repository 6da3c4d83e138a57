"""The provenance of a run, in a checkout and outside one."""

import subprocess

from rlvr_direction.press import provenance


def git(*words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True, capture_output=True)


def test_a_commit_is_marked_when_files_differ_from_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert provenance.commit() == "unknown"
    git("init")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "-m", "one")
    clean = provenance.commit()
    (tmp_path / "file").write_text("2")
    assert provenance.commit() == clean + "+changes"


def test_a_process_has_held_some_memory_and_not_a_thousand_gibibytes():
    assert 0.01 < provenance.peak_memory() < 1000


def test_the_hardware_counts_its_cores():
    assert "CPU cores" in provenance.hardware()
