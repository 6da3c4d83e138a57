"""Claim C1: direction tells RL's text from the base's better than any magnitude."""

from functools import partial

from rlvr_direction.lab.claims.axes import LEAD, LEVELS, OVER_SEEDS
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.direction import leads

__all__ = ["AXES", "CLAIM", "judge"]

CLAIM = Claim(
    id="C1",
    statement="delta_logp separates text by the base from text by RL better than entropy and KL do.",
    rule="The oriented AUROC of delta_logp minus the highest among both entropies and both KLs: the 95 % interval over "
    "prompts lies above 0, both per response (mean over tokens) and per token where TV(base, rl) > .01. In the "
    "deciding cell five RL seeds are pooled, and at least 4 of them have the sign of the estimate.",
    chapter="02_direction_not_magnitude",
    measured="Lead in oriented AUROC over the best entropy or KL per {part}, the smaller of the two units",
    unit="oriented AUROC difference",
    study="separation",
)
AXES = (LEVELS, LEAD, OVER_SEEDS)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task and cell: the smaller lead of the two units."""
    return judge_cells(claim, recorded, partial(leads, claim=claim.id))
