"""Claim C4b: extrapolation gains on what its gate does without it."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.claims.extrapolation import DEPARTURES, at_the_last_stage

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C4b",
    statement="gamma > 0 beats gamma = 0 under the same gate.",
    rule="Accuracy gain at the gamma and tau chosen on calibration problems, Holm over training stages: interval above "
    "0 at the last stage, and not wholly below 1 point; at least 4 of 5 RL seeds gain where it is reproduced, and fall "
    "short of 1 point where it is not.",
    chapter="05_extrapolation",
    measured="Gain in accuracy at the last stage over {part}",
    unit="accuracy difference",
    study="extrapolation",
    minimum_gain=0.01,
    departures=DEPARTURES,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the gain at the last stage."""
    return judge_tasks(CLAIM, recorded, lambda table: at_the_last_stage(table, ["gamma 0"]))
