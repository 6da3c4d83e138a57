"""Claim C2h: replacement beats RL, even RL at its best sampling."""

from rlvr_direction.lab.claims.axes import OVER_SEEDS, Axis
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.counts import with_finalists
from rlvr_direction.lab.claims.replacement import best_minus_cold

__all__ = ["AXES", "CLAIM", "judge"]

CLAIM = Claim(
    id="C2h",
    statement="Replacement beats RL at RL's best temperature and top_p.",
    rule="Accuracy with the gate delta_logp <= tau at its best budget below 100 %, minus that of RL alone at its best "
    "temperature and top_p; each RL seed chooses both on calibration problems. The 95 % interval lies above 0.",
    chapter="04_the_right_gate",
    measured="Lead of the best budget over cold RL",
    unit="accuracy difference",
    study="gates",
    also=("gate_finalists",),
)
AXES = (
    Axis(
        "Gain asked for",
        "any gain above 0",
        {"above 0, and 1 point not ruled out": {"minimum_gain": 0.01}, "more than 1 point": {"bound": 0.01}},
    ),
    OVER_SEEDS,
)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task and cell: the lead of the best budget over cold RL."""
    return judge_cells(claim, with_finalists(recorded, "gates", "gate_finalists"), best_minus_cold)
