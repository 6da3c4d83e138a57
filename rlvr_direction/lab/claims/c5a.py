"""Claim C5a: the paper's weighting trains better than DAPO."""

from rlvr_direction.lab.claims.axes import GAIN
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.reweighting import MEASURE, SEEDS, Measure, areas, judge_leads

__all__ = ["AXES", "CLAIM", "judge"]

CLAIM = Claim(
    id="C5a",
    statement="Reweighting beats DAPO.",
    rule="The area under the accuracy curve minus DAPO's, both at the learning rate that suits DAPO best on tuning "
    "problems: the 95 % t-interval, paired over 30 seeds, lies above 0 and not wholly below 1 point. Own rates and "
    "weights with mean 1 are rows of their own.",
    chapter="07_reweighted_grpo",
    measured="Area under accuracy, paper minus DAPO",
    unit="mean accuracy difference",
    study="weightings",
    minimum_gain=0.01,
)
AXES = (GAIN, MEASURE, SEEDS)


def judge(
    recorded: Recorded, claim: Claim = CLAIM, *, measure: Measure = areas, seeds: int | None = None
) -> list[Judged]:
    """One row per task: the difference over seeds; another `measure`, or fewer `seeds`, for readers who ask."""
    return judge_leads(claim, recorded, "paper", ["DAPO"], measure, seeds)
