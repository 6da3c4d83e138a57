"""Claim C3a: Lemma 3.1, the norm of one token's gradient in the logits."""

from rlvr_direction.lab.claims.claim import Claim, Judged, exactly

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C3a",
    statement="Lemma 3.1: an unclipped token's gradient has norm 2 |w| (1 - pi(y)).",
    rule="Float64 autograd agrees within a relative 1e-9 (floor 1e-12), and clipped tokens, of which there must be "
    "some, have exactly 0.",
    chapter="04_why_sparse",
    unit="largest relative error",
    study="lemma",
    bound=1e-9,
    below=True,
    deterministic=True,
    departures=("Checked at T = 1 only, so that the factor 1/T is not.",),
)


def judge(recorded) -> list[Judged]:
    """One row per task: the largest relative error over all tokens that are not clipped."""
    rows = []
    for task, table in recorded["lemma"].items():
        tokens, clipped, error, of_clipped = table.query("rl_seed == 0").iloc[0][
            ["tokens", "clipped", "error", "gradient_of_clipped"]
        ]
        text = (
            f"Largest relative error over {tokens:.0f} tokens; {clipped:.0f} clipped ones have a gradient of exactly "
        )
        holds = clipped > 0 and of_clipped == 0
        rows.append(exactly(CLAIM, task, error, f"{text}{of_clipped:g}", holds=holds))
    return rows
