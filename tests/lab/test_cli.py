"""Studies are asked for by name, and their sizes have defaults of their own."""

from rlvr_direction.lab import studies


def test_a_study_is_given_what_was_asked_for(call, monkeypatch, tmp_path):
    asked = {}
    monkeypatch.setattr(studies, "study", lambda *names, **options: asked.update(names=names, **options) or "file")
    done = call("study", "rates", "--task", "arithmetic", "--jobs", 3, "--out", tmp_path / "r.parquet")
    assert (done.exit_code, done.stdout.strip()) == (0, "file")
    assert asked["names"] == ("rates", "arithmetic") and (asked["jobs"], asked["seeds"], asked["n"]) == (3, None, None)
    assert asked["command"].startswith("rlvr-direction study rates --task arithmetic --jobs 3")
