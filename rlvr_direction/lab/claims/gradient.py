"""How much of the gradient rare tokens hold, and how much they would hold if the advantage did not depend on them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.claim import SEED, Part
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["BOUNDS", "by_problem", "excess", "excess_over_seeds", "shares"]

BOUNDS = (0.1, 0.3, 0.5)
FORCED = ("forced", "forced_within")


def by_problem(tokens: pd.DataFrame) -> pd.DataFrame:
    """Sums over the tokens of each problem: `problem_id`, and four quantities, whole and below each bound.

    `tokens` has `problem_id`, `advantage`, `logp` (nats, of the policy that sampled at T = 1), and `forced_1` to
    `forced_4`: at its position, the sum of p (1 - p) over the vocabulary, and over tokens with p below each bound.
    Columns such as `mass` (whole) and `mass_0.1` (of tokens with p < .1) hold: "mass", |A| (1 - p) of the sampled
    tokens, their gradient by Lemma 3.1 up to a factor; "tokens", their number; "forced", p (1 - p), which is what the
    mass is in proportion to if |A| is independent of the token and of where it stands; "forced_within", |A| p (1 - p),
    if |A| depends on the response but not on which token was drawn at the position.
    """
    strength = tokens["advantage"].abs()
    mass, p = strength * -np.expm1(tokens["logp"]), np.exp(tokens["logp"])
    found = {"mass": mass, "tokens": pd.Series(1, tokens.index)}
    found |= {"forced": tokens["forced_1"], "forced_within": strength * tokens["forced_1"]}
    for k, bound in enumerate(BOUNDS, start=2):
        found |= {f"mass_{bound:g}": mass * (p < bound), f"tokens_{bound:g}": (p < bound).astype(int)}
        found |= {
            f"forced_{bound:g}": tokens[f"forced_{k}"],
            f"forced_within_{bound:g}": strength * tokens[f"forced_{k}"],
        }
    return pd.DataFrame(found).groupby(tokens["problem_id"]).sum().reset_index()


def shares(table: pd.DataFrame, of: str, bound: float, *, draws: int = 2000) -> Interval:
    """The share of "mass", "tokens" or another quantity that tokens below a bound hold.

    The interval is over problems. `table` is by `by_problem`; rows of one problem, one per RL seed, are drawn together.
    """
    sums = _sums(table, [f"{of}_{bound:g}", of])
    return bootstrap(lambda weights: float(np.divide(*(weights @ sums))), len(sums), draws=draws, seed=SEED)


def excess(table: pd.DataFrame, bound: float, *, over: str = "forced", draws: int = 2000) -> Interval:
    """The share of the mass held by tokens below a bound, minus the share of `over`: "forced" or "forced_within".

    Both shares are of one draw of problems. Raises ValueError for another `over`.
    """
    if over not in FORCED:
        raise ValueError(f"over is {over!r}; choose one of {FORCED}")
    sums = _sums(table, [f"mass_{bound:g}", "mass", f"{over}_{bound:g}", over])

    def difference(weights: np.ndarray) -> float:
        held, mass, forced, whole = weights @ sums
        return float(held / mass - forced / whole)

    return bootstrap(difference, len(sums), draws=draws, seed=SEED)


def excess_over_seeds(table: pd.DataFrame, *, over: str = "forced", draws: int = 2000) -> dict[str, Part]:
    """The excess at each stage and bound: of all RL seeds pooled, with each seed's where a stage has several."""
    parts = {}
    for stage, rows in table.groupby("stage", sort=False):
        seeds = [of_seed for _, of_seed in rows.groupby("rl_seed")]
        for bound in BOUNDS:
            alone = [float(excess(of, bound, over=over, draws=1).value) for of in seeds] if len(seeds) > 1 else None
            parts[f"p < {bound:g}, {stage}"] = Part(excess(rows, bound, over=over, draws=draws), alone)
    return parts


def _sums(table: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    return table.groupby("problem_id")[list(columns)].sum().to_numpy(float)
