"""Claim C5b: the paper's weighting keeps the chance that one of several tries is right."""

from rlvr_direction.lab.claims.axes import Axis
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.reweighting import SEEDS, at_the_end, first, judge_methods, k_to_judge, paired_difference

__all__ = ["AXES", "CLAIM", "judge"]

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


LOSS = {f"{points} point{'s' * (points != 1)}": {"bound": -points / 100} for points in (0, 0.5, 1)}
TRIES = {f"Pass@{k}": {"k": k} for k in (1, 16)}
AXES = (Axis("Loss allowed", "2 points", LOSS), Axis("Tries", "k below .9 in tuning", TRIES), SEEDS)


def judge(recorded: Recorded, claim: Claim = CLAIM, *, k: int | None = None, seeds: int | None = None) -> list[Judged]:
    """One row per task: the difference over seeds; another `k`, or fewer `seeds`, for readers who ask."""
    return [row for task in recorded[claim.study] for row in _judge_task(claim, recorded, task, k, seeds)]


def _judge_task(claim: Claim, recorded: Recorded, task: str, k: int | None, seeds: int | None) -> list[Judged]:
    k = k or k_to_judge(recorded["tuning"][task])
    runs = first(recorded[claim.study][task], seeds)
    difference = paired_difference(at_the_end(runs, f"pass@{k}"), "paper", "DAPO")
    return judge_methods(claim, {claim.study: {task: runs}}, lambda _: {f"Pass@{k}": difference})
