"""Claim C5c: the paper's weighting trains better than its two rivals."""

from rlvr_direction.lab.claims.reweighting import areas, paired_difference
from rlvr_direction.lab.first.claim import OWN_RATES, Claim, Judged, Recorded, judge_tasks

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C5c",
    statement="Reweighting beats Dominate and PPL.",
    rule="As C5a against each rival, with 10 seeds each: both intervals lie above 0, and neither wholly below 1 point.",
    chapter="07_reweighted_grpo",
    measured="Area under accuracy, paper minus {part} (the smaller lead of two)",
    unit="mean accuracy difference",
    study="reweighting",
    minimum_gain=0.01,
    departures=(OWN_RATES,),
    registration=1,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the smaller lead of two."""

    def leads(runs):
        return {rival: paired_difference(areas(runs), "paper", rival) for rival in ("Dominate", "PPL")}

    return judge_tasks(CLAIM, recorded, leads)
