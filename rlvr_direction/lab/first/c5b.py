"""Claim C5b: the paper's weighting keeps the chance that one of sixteen tries is right."""

from rlvr_direction.lab.claims.reweighting import at_the_end, paired_difference
from rlvr_direction.lab.first.claim import OWN_RATES, Claim, Judged, Recorded, judge_tasks

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C5b",
    statement="Reweighting keeps Pass@16.",
    rule="Pass@16 minus DAPO's, paired over seeds: the 95 % interval lies above -2 points.",
    chapter="07_reweighted_grpo",
    measured="Pass@16, paper minus DAPO",
    unit="pass@16 difference",
    study="reweighting",
    bound=-0.02,
    departures=(OWN_RATES,),
    registration=1,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the difference over seeds."""
    return judge_tasks(
        CLAIM, recorded, lambda runs: {"DAPO": paired_difference(at_the_end(runs, "pass@16"), "paper", "DAPO")}
    )
