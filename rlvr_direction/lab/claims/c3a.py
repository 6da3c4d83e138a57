"""Claim C3a: Lemma 3.1, the norm of one token's gradient in the logits, at two temperatures."""

from dataclasses import replace

from rlvr_direction.lab.claims.axes import Axis
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, exactly

__all__ = ["AXES", "CLAIM", "TEMPERATURES", "judge"]

TEMPERATURES = (1.0, 0.7)
CLAIM = Claim(
    id="C3a",
    statement="Float64 shows the gradient of Lemma 3.1, 2 |w| (1 - pi(y)), to nine digits.",
    rule="At T = 1 and at T = .7, where w includes 1/T, autograd in float64 agrees to a relative error below 1e-9 "
    "(norms below 1e-12 count as 1e-12). Some tokens are clipped at each, and their gradient is exactly 0.",
    chapter="05_why_sparse",
    measured="Largest relative error over {:,} tokens at both temperatures; the {} clipped ones have {}",
    unit="largest relative error",
    study="lemma",
    bound=1e-9,
    below=True,
    deterministic=True,
)
AXES = (Axis("Error allowed", "1e-9", {"1e-6": {"bound": 1e-6}, "1e-12": {"bound": 1e-12}}),)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task: the largest relative error over both temperatures and all tokens that are not clipped.

    A second row, which is no verdict, has the error with log pi from the odds against the token: where a token is
    almost certain, the gradient of log_softmax rounds 1 - pi, and the first row then measures float64, not the lemma.
    """
    rows = []
    for task, table in recorded[claim.study].items():
        largest = float(table["gradient_of_clipped"].max())
        theirs = "no gradient" if largest == 0 else f"gradients of up to {largest:g}"
        text = claim.measured.format(table["tokens"].sum(), table["clipped"].sum(), theirs)
        holds = bool(set(table["temperature"]) == set(TEMPERATURES) and table["clipped"].min() > 0 and largest == 0)
        from_odds = exactly(claim, task, float(table["error_from_odds"].max()), text, holds=holds)
        row = exactly(claim, task, float(table["error"].max()), text, holds=holds)
        by_digits = row.verdict != from_odds.verdict
        note = (
            f"The digits of float64 fail, not the lemma: with log pi from the odds the error is {from_odds.value:.1g}."
        )
        rows.append(replace(row, note=note if by_digits else ""))
        rows.append(replace(from_odds, cell="log pi from the odds", deciding=False))
    return rows
