"""Claim C2c: delta_logp recovers RL's accuracy with the fewest tokens changed."""

from dataclasses import replace
from functools import partial

import pandas as pd

from rlvr_direction.lab.claims import c2
from rlvr_direction.lab.claims.axes import TOKENS
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.replacement import log_ratios, rows_below

__all__ = ["AXES", "CLAIM", "below", "judge"]

CLAIM = replace(
    c2.CLAIM,
    id="C2c",
    statement="Counted by tokens changed, too, delta_logp needs fewer than KL, entropy and chance.",
    rule="As C2, in tokens changed: those that really differ from what the base proposed.",
    measured="Tokens changed, {part} (of six comparisons, the one that decides)",
)
AXES = (TOKENS, *c2.AXES[1:])


def judge(recorded: Recorded, claim: Claim = CLAIM, *, of: str = "changed", fitted: bool = True) -> list[Judged]:
    """One row per task and cell: the one of six log ratios that decides."""
    return judge_cells(claim, recorded, partial(log_ratios, of=of, fitted=fitted))


def below(recorded: Recorded) -> pd.DataFrame:
    """What the rule says of delta_logp against each rival alone, and of the order delta_logp, KL, entropy, random."""
    return rows_below(CLAIM, recorded, partial(log_ratios, of="changed", pairs=c2.ALL_PAIRS), c2.ROWS)
