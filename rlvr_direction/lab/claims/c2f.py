"""Claim C2f: the token counts, with the sign of its delta_logp, and not only its place."""

from dataclasses import replace

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.axes import GAIN, OVER_SEEDS, TOKENS, at_shares, rivals
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.leads import CHANGED, judge_leads, leads
from rlvr_direction.lab.regime import CELLS

__all__ = ["AXES", "CLAIM", "RIVALS", "beside", "judge"]

RIVALS = ("mirrored", "mass", "coin")
MAGNITUDE = "abs_delta_logp"
UNTESTED = "So the sign itself is not tested here: the verdict says that the token matters, not only its position."
CLAIM = Claim(
    id="C2f",
    statement="It matters which token was proposed, and not only where.",
    rule="At 2, 5, 8 and 12 % of tokens changed, each: accuracy with the gate delta_logp <= tau minus that with the "
    "mirrored gate delta_logp >= tau, with position-level mass, and with the matched coin, all at equal shares "
    "changed. Every 95 % interval lies above 0, and none wholly below 1 point. A share that one of two gates does not "
    "reach with some RL seed is left out.",
    chapter="03_token_replacement",
    measured="Lead of delta_logp in accuracy over {part} of tokens changed (of those compared, the one that decides)",
    unit="accuracy difference",
    study="gates",
    minimum_gain=0.01,
    departures=("The matched coin, too, is compared at equal shares changed, as the rule says; it selects more then.",),
)
AXES = (GAIN, TOKENS, rivals(*RIVALS), at_shares(*CHANGED), OVER_SEEDS)


def judge(recorded: Recorded, claim: Claim = CLAIM, *, of: str = "changed") -> list[Judged]:
    """One row per task and cell: of its leads over three rivals at four shares, the one that decides.

    A row says where the mirrored gate, the one rival of the sign, could be compared at no share.
    """
    rows = judge_leads(claim, recorded, RIVALS, of)
    return [
        replace(row, note=f"{row.note} {UNTESTED}") if "mirrored gate at any share" in row.note else row for row in rows
    ]


def beside(recorded: Recorded) -> pd.DataFrame:
    """delta_logp's lead over |delta_logp|: `task, cell, at, lead, low, high, differ`.

    `differ` is the share of tokens that only one of the two gates selects, at the budget at which delta_logp changes
    that share (`at`); nan where the study "promoted" has no such cell.
    """
    rows = []
    for task, table in recorded["gates"].items():
        for cell in map(str, CELLS):
            if (here := table[table["cell"] == cell]).empty:
                continue
            differ = _differ(recorded.get("promoted", {}).get(task), cell)
            for name, part in leads(here, (MAGNITUDE,)).items():
                share = float(name.split(" at ")[1].rstrip("%")) / 100
                rows.append((task, cell, share, *part.interval, float(np.interp(share, *differ))))
    return pd.DataFrame(rows, columns=["task", "cell", "at", "lead", "low", "high", "differ"])


def _differ(promoted: pd.DataFrame | None, cell: str) -> tuple[np.ndarray, np.ndarray]:
    """The shares of tokens that delta_logp changes at its budgets, and those that only one gate selects."""
    if promoted is None or promoted[promoted["cell"] == cell].empty:
        return np.zeros(1), np.full(1, np.nan)
    rows = promoted[(promoted["cell"] == cell) & (promoted["family"] == "delta_logp")]
    sums = rows.groupby("budget")[["n_changed", "n_differ", "n_tokens"]].sum()
    shares = sums.div(sums["n_tokens"], axis=0).sort_values("n_changed")
    return shares["n_changed"].to_numpy(), shares["n_differ"].to_numpy()
