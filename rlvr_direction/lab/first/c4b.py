"""Claim C4b: extrapolation gains on what its gate does without it."""

from rlvr_direction.lab.first.claim import Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.first.extrapolation import DEPARTURES, at_the_last_stage

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C4b",
    statement="Extrapolating (gamma > 0) beats replacing (gamma = 0) under the same gate.",
    rule="The gain in accuracy, with gamma and the gate's threshold chosen on calibration problems: at the last stage "
    "of training the 95 % interval lies above 0 and not wholly below 1 point, and the p-value, after Holm's "
    "correction over stages, is below .05. At least 4 of 5 RL seeds gain if the claim is reproduced, or gain less than "
    "1 point if it is not.",
    chapter="06_extrapolation",
    measured="Gain in accuracy at the last stage over {part}",
    unit="accuracy difference",
    study="extrapolation",
    minimum_gain=0.01,
    departures=DEPARTURES,
    registration=1,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the gain at the last stage."""
    return judge_tasks(CLAIM, recorded, lambda table: at_the_last_stage(table, ["gamma 0"]))
