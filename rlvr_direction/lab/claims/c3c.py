"""Claim C3c: training on rollouts without rare tokens ends worse."""

from rlvr_direction.lab.claims.axes import Axis
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.reweighting import Measure, areas, at_the_end, at_their_best, judge_leads

__all__ = ["AXES", "CLAIM", "judge"]

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


LOSS = {"more than 1 point": {"bound": -0.01}, "more than 5 points": {"bound": -0.05}}
AXES = (
    Axis("Loss asked for", "any", LOSS),
    Axis(
        "Read",
        "final accuracy",
        {"area under accuracy": {"measure": areas}, "best accuracy": {"measure": at_their_best}},
    ),
    Axis("Training seeds", "ten", {"the first 5": {"seeds": 5}}),
)


def judge(
    recorded: Recorded, claim: Claim = CLAIM, *, measure: Measure = at_the_end, seeds: int | None = None
) -> list[Judged]:
    """One row per task that trained on filtered rollouts: the difference over seeds.

    Another `measure`, or fewer `seeds`, is for readers who ask.
    """
    trained = {name: runs for name, runs in recorded[claim.study].items() if (runs["method"] == "top-p 0.9").any()}
    return judge_leads(claim, {claim.study: trained}, "top-p 0.9", ["DAPO"], measure, seeds)
