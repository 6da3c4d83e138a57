"""Claim C3a: Lemma 3.1, the norm of one token's gradient in the logits."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, exactly

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C3a",
    statement="Lemma 3.1: an unclipped token's gradient in the logits has the L1 norm 2 |w| (1 - pi(y)).",
    rule="Autograd in float64 agrees to a relative error below 1e-9 (norms below 1e-12 count as 1e-12). Some tokens "
    "are clipped, and their gradient is exactly 0.",
    chapter="04_why_sparse",
    measured="Largest relative error over {} tokens; {} clipped ones have a gradient of exactly {:g}",
    unit="largest relative error",
    study="lemma",
    bound=1e-9,
    below=True,
    deterministic=True,
    departures=("It is checked at T = 1 only, where the factor 1/T is 1.",),
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the largest relative error over all tokens that are not clipped."""
    rows = []
    for task, table in recorded["lemma"].items():
        found = next(table.itertuples())
        text = CLAIM.measured.format(found.tokens, found.clipped, found.gradient_of_clipped)
        holds = found.clipped > 0 and found.gradient_of_clipped == 0
        rows.append(exactly(CLAIM, task, found.error, text, holds=holds))
    return rows
