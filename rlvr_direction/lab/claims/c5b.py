"""Claim C5b: the paper's weighting keeps the chance that one of sixteen tries is right."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Part, judged
from rlvr_direction.lab.claims.reweighting import at_the_end, paired_difference

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C5b",
    statement="Reweighting keeps Pass@16.",
    rule="Pass@16 difference to DAPO, paired over seeds: interval above -2 points.",
    chapter="06_reweighted_grpo",
    unit="pass@16 difference",
    study="reweighting",
    bound=-0.02,
    departures=("Each method has a learning rate of its own, tuned on one seed of arithmetic and used on both tasks.",),
)


def judge(recorded) -> list[Judged]:
    """One row per task: the difference, paired over seeds."""
    return [
        judged(
            CLAIM,
            task,
            {"DAPO": Part(paired_difference(at_the_end(runs, "pass@16"), "paper", "DAPO"))},
            "Pass@16, paper minus DAPO",
        )
        for task, runs in recorded["reweighting"].items()
    ]
