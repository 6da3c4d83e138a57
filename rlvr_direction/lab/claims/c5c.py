"""Claim C5c: the paper's weighting trains better than its two rivals."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Part, judged
from rlvr_direction.lab.claims.reweighting import areas, paired_difference

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C5c",
    statement="Reweighting beats Dominate and PPL.",
    rule="As C5a against each rival, 10 seeds each: both intervals above 0, and neither wholly below 1 point.",
    chapter="06_reweighted_grpo",
    unit="area under accuracy, difference",
    study="reweighting",
    minimum_gain=0.01,
    departures=("Each method has a learning rate of its own, tuned on one seed of arithmetic and used on both tasks.",),
)


def judge(recorded) -> list[Judged]:
    """One row per task: the smaller lead of two."""
    text = "Area under accuracy, paper minus {part} (the smaller lead of two)"
    rows = []
    for task, runs in recorded["reweighting"].items():
        area = areas(runs)
        parts = {rival: Part(paired_difference(area, "paper", rival)) for rival in ("Dominate", "PPL")}
        rows.append(judged(CLAIM, task, parts, text))
    return rows
