"""Claim C3c: training on rollouts without rare tokens ends worse."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Part, judged
from rlvr_direction.lab.claims.reweighting import at_the_end, paired_difference

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C3c",
    statement="Training on top-p filtered rollouts ends worse.",
    rule="Final accuracy difference at T = 1, top_p = 1, paired over seeds: interval below 0.",
    chapter="04_why_sparse",
    unit="accuracy difference",
    study="reweighting",
    below=True,
    departures=("Each method has a learning rate of its own, tuned on one seed of arithmetic and used on both tasks.",),
)


def judge(recorded) -> list[Judged]:
    """One row per task: the difference, paired over seeds."""
    return [
        judged(
            CLAIM,
            task,
            {"DAPO": Part(paired_difference(at_the_end(runs), "top-p 0.9", "DAPO"))},
            "Final accuracy with top-p 0.9 minus that with all tokens, paired over seeds",
        )
        for task, runs in recorded["reweighting"].items()
    ]
