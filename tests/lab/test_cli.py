"""Studies and toys are asked for by name, and their sizes have defaults of their own."""

from rlvr_direction.lab import studies, toys
from rlvr_direction.lab.settings import StudySettings


def test_a_study_is_given_what_was_asked_for(call, monkeypatch, tmp_path):
    asked, out = [], tmp_path / "r.parquet"
    monkeypatch.setattr(studies, "study", lambda settings: asked.append(settings) or "file")
    done = call("study", "rates", "--task", "arithmetic", "--jobs", 3, "--out", out)
    assert (done.exit_code, done.stdout.strip()) == (0, "file")
    assert asked == [StudySettings("rates", "arithmetic", out, jobs=3)]


def test_a_toy_is_given_its_seeds_and_its_command(call, monkeypatch, tmp_path):
    asked = {}
    monkeypatch.setattr(toys, "make_toy", lambda *names, **options: asked.update(names=names, **options))
    assert call("toy", "arithmetic", "--out", tmp_path, "--rl-seed", 1, "--rollouts", 20).exit_code == 0
    assert asked["names"] == ("arithmetic", tmp_path) and (asked["seed"], asked["rl_seed"], asked["rollouts"]) == (
        0,
        1,
        20,
    )
    assert asked["command"] == f"rlvr-direction toy arithmetic --out {tmp_path} --rl-seed 1 --rollouts 20"
