"""Claim C5a: the paper's weighting trains better than DAPO."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Part, judged
from rlvr_direction.lab.claims.reweighting import areas, paired_difference

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C5a",
    statement="Reweighting beats DAPO.",
    rule="Area under accuracy at fixed rollouts, paired t-interval over at least 10 seeds: above 0, and not wholly "
    "below 1 point; mean-1 weights are a row of their own.",
    chapter="06_reweighted_grpo",
    unit="area under accuracy, difference",
    study="reweighting",
    minimum_gain=0.01,
    departures=("Each method has a learning rate of its own, tuned on one seed of arithmetic and used on both tasks.",),
)


def judge(recorded) -> list[Judged]:
    """One row per task: the difference, paired over seeds."""
    return [
        judged(
            CLAIM,
            task,
            {"DAPO": Part(paired_difference(areas(runs), "paper", "DAPO"))},
            "Area under accuracy, paper minus DAPO",
        )
        for task, runs in recorded["reweighting"].items()
    ]
