"""Claim C3c: training on rollouts without rare tokens ends worse."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.reweighting import at_the_end, judge_methods, paired_difference

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C3c",
    statement="Training on top-p filtered rollouts ends at a lower accuracy.",
    rule="Final accuracy at T = 1, top_p = 1 after training on filtered rollouts, minus that after training on all "
    "tokens, at DAPO's learning rate and paired over 10 seeds: the 95 % interval lies below 0.",
    chapter="05_why_sparse",
    measured="Final accuracy with top-p 0.9 minus that with all tokens, paired over seeds",
    unit="accuracy difference",
    study="weightings",
    below=True,
)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task that trained on filtered rollouts: the difference over seeds."""
    trained = {name: runs for name, runs in recorded[claim.study].items() if (runs["method"] == "top-p 0.9").any()}
    return judge_methods(
        claim, {claim.study: trained}, lambda runs: {"DAPO": paired_difference(at_the_end(runs), "top-p 0.9", "DAPO")}
    )
