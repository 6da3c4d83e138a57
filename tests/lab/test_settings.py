"""The lab's settings are commands, too."""

from pathlib import Path

from rlvr_direction.lab.settings import StudySettings, ToySettings


def test_a_study_or_a_toy_says_with_which_command_it_was_made():
    study = StudySettings("rates", "arithmetic", seeds=2, force=True)
    assert study.command == "rlvr-direction study rates --task arithmetic --seeds 2"
    toy = ToySettings("arithmetic", Path("toys/arithmetic"), rl_seed=1)
    assert toy.command == "rlvr-direction toy arithmetic --out toys/arithmetic --rl-seed 1"
