"""Claim C5a: the paper's weighting trains better than DAPO."""

from rlvr_direction.lab.claims.reweighting import areas, paired_difference
from rlvr_direction.lab.first.claim import OWN_RATES, Claim, Judged, Recorded, judge_tasks

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C5a",
    statement="Reweighting beats DAPO.",
    rule="The area under the accuracy curve minus DAPO's at the same number of rollouts: the 95 % t-interval, paired "
    "over at least 10 seeds, lies above 0 and not wholly below 1 point. Weights with mean 1 are a row of their own.",
    chapter="07_reweighted_grpo",
    measured="Area under accuracy, paper minus DAPO",
    unit="mean accuracy difference",
    study="reweighting",
    minimum_gain=0.01,
    departures=(OWN_RATES,),
    registration=1,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the difference over seeds."""
    return judge_tasks(CLAIM, recorded, lambda runs: {"DAPO": paired_difference(areas(runs), "paper", "DAPO")})
