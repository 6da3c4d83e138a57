"""Claim C5c: the paper's weighting trains better than its two rivals."""

from rlvr_direction.lab.claims.axes import GAIN, rivals
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.reweighting import MEASURE, SEEDS, Measure, areas, judge_leads

__all__ = ["AXES", "CLAIM", "judge"]

CLAIM = Claim(
    id="C5c",
    statement="Reweighting beats Dominate and PPL.",
    rule="As C5a against each rival: both intervals lie above 0, and neither wholly below 1 point.",
    chapter="07_reweighted_grpo",
    measured="Area under accuracy, paper minus {part} (the smaller lead of two)",
    unit="mean accuracy difference",
    study="weightings",
    minimum_gain=0.01,
)
AXES = (GAIN, MEASURE, SEEDS, rivals("Dominate", "PPL"))


def judge(
    recorded: Recorded, claim: Claim = CLAIM, *, measure: Measure = areas, seeds: int | None = None
) -> list[Judged]:
    """One row per task: the smaller lead of two; another `measure`, or fewer `seeds`, for readers who ask."""
    return judge_leads(claim, recorded, "paper", ["Dominate", "PPL"], measure, seeds)
