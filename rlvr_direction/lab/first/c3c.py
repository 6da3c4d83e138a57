"""Claim C3c: training on rollouts without rare tokens ends worse."""

from rlvr_direction.lab.claims.reweighting import at_the_end, paired_difference
from rlvr_direction.lab.first.claim import OWN_RATES, Claim, Judged, Recorded, judge_tasks

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C3c",
    statement="Training on top-p filtered rollouts ends at a lower accuracy.",
    rule="Final accuracy at T = 1, top_p = 1 after training on filtered rollouts, minus that after training on all "
    "tokens, paired over seeds: the 95 % interval lies below 0.",
    chapter="05_why_sparse",
    measured="Final accuracy with top-p 0.9 minus that with all tokens, paired over seeds",
    unit="accuracy difference",
    study="reweighting",
    below=True,
    departures=("A loss that is shown to be smaller than 1 point still counts.", OWN_RATES),
    registration=1,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the difference over seeds."""
    return judge_tasks(CLAIM, recorded, lambda runs: {"DAPO": paired_difference(at_the_end(runs), "top-p 0.9", "DAPO")})
