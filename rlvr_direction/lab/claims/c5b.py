"""Claim C5b: the paper's weighting keeps the chance that one of several tries is right."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.reweighting import at_the_end, judge_methods, k_to_judge, paired_difference

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C5b",
    statement="Reweighting keeps Pass@k.",
    rule="Pass@k minus DAPO's, paired over seeds, with k the largest power of two at which DAPO's Pass@k on tuning "
    "problems is below .9: the 95 % interval lies above -2 points.",
    chapter="07_reweighted_grpo",
    measured="{part}, paper minus DAPO",
    unit="Pass@k difference",
    study="weightings",
    also=("tuning",),
    bound=-0.02,
)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task: the difference over seeds."""
    return [row for task in recorded[claim.study] for row in _judge_task(claim, recorded, task)]


def _judge_task(claim: Claim, recorded: Recorded, task: str) -> list[Judged]:
    k = k_to_judge(recorded["tuning"][task])
    runs = recorded[claim.study][task]
    difference = paired_difference(at_the_end(runs, f"pass@{k}"), "paper", "DAPO")
    return judge_methods(claim, {claim.study: {task: runs}}, lambda _: {f"Pass@{k}": difference})
