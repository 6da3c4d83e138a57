"""Claim C3b: how much of the gradient rare tokens carry."""

import numpy as np
import pandas as pd

from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["gradient_mass", "mass_by_problem", "share_over_problems"]


def gradient_mass(tokens: pd.DataFrame) -> pd.Series:
    """|A| (1 - pi) of each token: on policy, the norm of its gradient (Lemma 3.1) up to a common factor.

    `tokens` has the columns `advantage` and `logp` (nats, of the policy that sampled).
    """
    return tokens["advantage"].abs() * -np.expm1(tokens["logp"])


def mass_by_problem(tokens: pd.DataFrame, *, mass: pd.Series | None = None) -> pd.DataFrame:
    """One row per problem: `problem_id`, the gradient mass of its tokens, and that of its `rare` ones (p < .5).

    `mass` is the mass of each token, `gradient_mass(tokens)` by default.
    """
    mass, rare = gradient_mass(tokens) if mass is None else mass, tokens["logp"] < np.log(0.5)
    return pd.DataFrame({"rare": mass * rare, "mass": mass}).groupby(tokens["problem_id"]).sum().reset_index()


def share_over_problems(table: pd.DataFrame, *, draws: int = 2000, seed: int) -> Interval:
    """The share of the gradient mass that rare tokens hold, with its interval over problems.

    `table` is by `mass_by_problem`.
    """
    by_problem = table[["rare", "mass"]].to_numpy()

    def share(weights: np.ndarray) -> float:
        held, whole = weights @ by_problem
        return float(held / whole)

    return bootstrap(share, len(by_problem), draws=draws, seed=seed)
