"""Claim C2: replacement by delta_logp recovers RL's accuracy with fewer replacements than by KL, entropy or chance."""

from functools import partial

import pandas as pd

from rlvr_direction.lab.claims.axes import FEWER, OVER_SEEDS, Axis, rivals
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.replacement import AGAINST, NEIGHBOURS, ORDER, log_ratios, rows_below

__all__ = ["ALL_PAIRS", "AXES", "CLAIM", "ROWS", "below", "judge"]

CLAIM = Claim(
    id="C2",
    statement="Replacement by delta_logp recovers RL's accuracy with fewer replacements than by KL, by entropy or at "
    "random.",
    rule="r50 and r80 are the smallest shares of tokens selected that cover 50 % and 80 % of the way from the base's "
    "accuracy to RL's, by an isotonic fit over budgets up to 100 %; a share that is never reached counts as 1. The log "
    "ratio of delta_logp's share to that of each of KL, entropy and random has a 95 % interval below 0, for both.",
    chapter="03_token_replacement",
    measured="Tokens selected, {part} (of six comparisons, the one that decides)",
    unit="log ratio of shares of tokens",
    study="gates",
    below=True,
    departures=("On worded there are 2 to 6 budgets per gate, not 8, and 100 %.",),
)
ROWS = {
    **{f"{first} needs fewer than {second}": [f"{first} against {second},"] for first, second in AGAINST},
    "the full order": [f"{first} against {second}," for first, second in NEIGHBOURS],
}
ALL_PAIRS = tuple(dict.fromkeys(AGAINST + NEIGHBOURS))
AXES = (
    Axis("Tokens counted", "selected", {"changed": {"of": "changed"}}),
    rivals(*ORDER[1:]),
    Axis("Part of the way", "half and four fifths", {"half": {"only": "50%"}, "four fifths": {"only": "80%"}}),
    Axis("Curve", "made monotone", {"as measured": {"fitted": False}}),
    FEWER,
    OVER_SEEDS,
)


def judge(recorded: Recorded, claim: Claim = CLAIM, *, of: str = "selected", fitted: bool = True) -> list[Judged]:
    """One row per task and cell: the one of six log ratios that decides."""
    return judge_cells(claim, recorded, partial(log_ratios, of=of, fitted=fitted))


def below(recorded: Recorded) -> pd.DataFrame:
    """What the rule says of delta_logp against each rival alone, and of the order delta_logp, KL, entropy, random."""
    return rows_below(CLAIM, recorded, partial(log_ratios, of="selected", pairs=ALL_PAIRS), ROWS)
