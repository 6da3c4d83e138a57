"""Claim C4c: selective extrapolation gains on RL, and not through its gate alone."""

from rlvr_direction.lab.first.claim import Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.first.extrapolation import DEPARTURES, at_the_last_stage

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C4c",
    statement="Selective extrapolation beats RL.",
    rule="As C4b, for two gains: over RL, and over gamma = 0 under the same gate. Both intervals lie above 0, and "
    "neither wholly below 1 point.",
    chapter="06_extrapolation",
    measured="Gain in accuracy at the last stage over {part}",
    unit="accuracy difference",
    study="extrapolation",
    minimum_gain=0.01,
    departures=DEPARTURES,
    registration=1,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the smaller of two gains at the last stage."""
    return judge_tasks(CLAIM, recorded, lambda table: at_the_last_stage(table, ["gamma 0", "rl"]))
