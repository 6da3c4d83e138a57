"""Claim C1h: direction tells RL's text from the base's better than log-probabilities and the length, too."""

from functools import partial

from rlvr_direction.lab.claims.axes import LEAD, LEVELS, OVER_SEEDS
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.direction import leads

__all__ = ["AXES", "CLAIM", "judge"]

CLAIM = Claim(
    id="C1h",
    statement="delta_logp separates text by the base from text by RL better than each model's log-probability "
    "and the length do, too.",
    rule="As C1, with both log-probabilities and (for responses) the length among the rivals: the 95 % interval over "
    "prompts lies above 0, both per response (mean over tokens) and per token where TV(base, rl) > .01.",
    chapter="02_direction_not_magnitude",
    measured="Lead in oriented AUROC over the best of all rivals per {part}, the smaller of the two units",
    unit="oriented AUROC difference",
    study="separation",
)
AXES = (LEVELS, LEAD, OVER_SEEDS)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task and cell: the smaller lead of the two units."""
    return judge_cells(claim, recorded, partial(leads, claim=claim.id))
