"""Result B2q: a gate on a small learnt head against delta_logp, as real gates."""

from dataclasses import replace

import pandas as pd

from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.counts import parts_over_seeds

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="B2q",
    statement="A gate on a learnt estimate of the advantage is more accurate than delta_logp at the same budget.",
    rule="Accuracy at 5 % of the base's tokens fired, the learnt head minus delta_logp: interval above 0 and not below "
    "1 point.",
    chapter="04_the_right_gate",
    measured="Accuracy at 5 % fired: the learnt head minus delta_logp",
    unit="accuracy difference",
    study="q_head",
    minimum_gain=0.01,
    ours=True,
)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """A row for every task, in the deciding cell, with the shares on which the two gates really fired."""
    rows = judge_cells(
        claim,
        recorded,
        lambda table: parts_over_seeds(
            table, lambda arms, draws: {"the head": arms.gain("q_head", "delta_logp", draws)}
        ),
    )
    return [replace(row, note=_fired(recorded[claim.study][row.task])) for row in rows]


def _fired(table: pd.DataFrame) -> str:
    sums = table.groupby("family")[["n_selected", "n_tokens"]].sum()
    shares = 100 * sums["n_selected"] / sums["n_tokens"]
    fired = f"the head fired on {shares['q_head']:.1f} % of the tokens, delta_logp on {shares['delta_logp']:.1f} %"
    return f"At thresholds set on other problems {fired}; no rule asks about equal shares."
