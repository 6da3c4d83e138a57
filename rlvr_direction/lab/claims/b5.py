"""Result B5: whether the base's own entropy finds the few positions that matter, and what is promoted there."""

from functools import partial

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.axes import GAIN, OVER_SEEDS, Axis, at_shares, rivals
from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.leads import leads
from rlvr_direction.lab.claims.replacement import rows_below
from rlvr_direction.statistics import bootstrap

__all__ = ["AXES", "CLAIM", "RIVALS", "SELECTED", "below", "judge", "promoted"]

RIVALS = ("random", "kl_rl_base", "delta_logp")
SELECTED = (0.01, 0.02, 0.03)
CLAIM = Claim(
    id="B5",
    statement="The base's own entropy finds the 1 to 3 % of positions that matter (claimed by arXiv 2605.06241).",
    rule="At 1, 2 and 3 % of tokens selected, each: accuracy with the gate on the base's entropy minus that at random, "
    "by KL and by delta_logp. Every 95 % interval lies above 0, and none wholly below 1 point. Each rival alone, and "
    "how often the promoted token is among the base's five likeliest, are shown beside it without a bound.",
    chapter="04_the_right_gate",
    measured="Lead of the base's entropy in accuracy over {part} of tokens selected (of nine, the one that decides)",
    unit="accuracy difference",
    study="gates",
    minimum_gain=0.01,
    ours=True,
)
_against = partial(leads, of="selected", shares=SELECTED, first="entropy_base")
AXES = (
    GAIN,
    Axis("Tokens counted", "selected", {"changed": {"of": "changed"}}),
    rivals(*RIVALS),
    at_shares(*SELECTED),
    OVER_SEEDS,
)


def judge(recorded: Recorded, claim: Claim = CLAIM, *, of: str = "selected") -> list[Judged]:
    """One row per task and cell: of its leads over three rivals at three shares, the one that decides."""
    return judge_cells(claim, recorded, lambda cell: _against(cell, RIVALS, of=of))


def below(recorded: Recorded) -> pd.DataFrame:
    """What the rule says of the base's entropy against each rival alone."""
    rows = {f"entropy_base leads {rival}": [f"{rival} at"] for rival in RIVALS}
    return rows_below(CLAIM, recorded, lambda cell: _against(cell, RIVALS), rows)


def promoted(recorded: Recorded, *, draws: int = 1000) -> pd.DataFrame:
    """How often a token that was really changed is among the base's k likeliest: `task, cell, family, budget, k, ...`.

    `share`, `low` and `high` are of the tokens changed, RL seeds pooled; intervals are over problems. An arm that
    changed too few tokens for an interval has nan.
    """
    tables = []
    for task, table in recorded["promoted"].items():
        for (cell, family, budget), rows in table.groupby(["cell", "family", "budget"]):
            counts = rows.groupby("problem_id")[["n_top_1", "n_top_5", "n_changed"]].sum().to_numpy(float)
            numbers = np.array(_shares(counts, draws)).T
            labels = {"task": task, "cell": cell, "family": family, "budget": budget, "k": [1, 5]}
            tables.append(pd.DataFrame({**labels, **dict(zip(("share", "low", "high"), numbers.T, strict=True))}))
    return pd.concat(tables, ignore_index=True)


def _shares(counts: np.ndarray, draws: int) -> tuple:
    """The shares of two counts in a third, with their intervals over rows."""
    if (counts[:, 2] > 0).sum() < 20:  # some draw might have none
        return tuple(np.full((3, 2), np.nan))

    def shares(weights: np.ndarray) -> np.ndarray:
        *top, changed = weights @ counts
        return np.array(top) / changed

    return bootstrap(shares, len(counts), draws=draws, seed=SEED)
