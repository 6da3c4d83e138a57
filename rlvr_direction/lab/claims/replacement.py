"""Claims C2 and C2f: how few replacements recover RL's accuracy, and whether it is the sign that does it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from rlvr_direction.lab.claims.counts import Arms, arms_of_part
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["ORDER", "RIVALS", "fewest_replacements", "log_ratios_by_seed", "ratio_to_reach", "sign_does_it"]

ORDER = ("delta_logp", "kl_rl_base", "entropy_base", "random")
RIVALS = ("abs_delta_logp", "logp_base", "logp_rl", "gap_to_rl_argmax", "mass", "coin")
SHARES = (0.5, 0.8)
AT = (0.02, 0.05, 0.08)


def ratio_to_reach(ratios: np.ndarray, accuracies: np.ndarray, target: float) -> float:
    """The smallest ratio at which accuracy, made monotone by isotonic regression over the points, reaches a target.

    Between points by a straight line; 1 where it never does.

    >>> ratio_to_reach(np.array([0.0, 0.1, 0.3]), np.array([0.2, 0.4, 0.8]), 0.6)
    0.2
    """
    order = np.argsort(ratios, kind="stable")
    ratios, fitted = ratios[order], isotonic_regression(accuracies[order]).x
    if target > fitted[-1]:
        return 1.0
    at = int(np.argmax(fitted >= target))
    if at == 0:
        return float(ratios[0])
    rise = (target - fitted[at - 1]) / (fitted[at] - fitted[at - 1])
    return round(float(ratios[at - 1] + rise * (ratios[at] - ratios[at - 1])), 12)


def fewest_replacements(arms: Arms, *, draws: int = 2000, seed: int) -> pd.DataFrame:
    """C2's numbers: `share, of, first, second, ratio_first, ratio_second, log_ratio, low, high`.

    For 50 and 80 % of the way from the base's accuracy to RL's, and for tokens selected and changed: the ratios that
    two neighbours in `ORDER` need, and the log of their quotient with its interval. C2 needs every interval below 0.
    `arms` holds a family's budgets and the ends "nowhere" and "everywhere", labelled by `family` and `budget`.
    """
    points = {name: _with_ends(arms, name) for name in ORDER}
    cells = [(share, of) for share in SHARES for of in ("selected", "changed")]

    def needed(weights: np.ndarray) -> np.ndarray:
        accuracy, low, high = arms.accuracy(weights), *_ends(arms, weights)
        found = []
        for share, of in cells:
            ratios, target = arms.ratio(of, weights), low + share * (high - low)
            found.append([ratio_to_reach(ratios[p], accuracy[p], target) for p in points.values()])
        return np.array(found)

    def neighbours(weights: np.ndarray) -> np.ndarray:
        logs = np.log(np.maximum(needed(weights), 1e-6))
        return logs[:, :-1] - logs[:, 1:]

    interval = bootstrap(neighbours, arms.n_problems, draws=draws, seed=seed)
    ratios = needed(np.ones(arms.n_problems))
    rows = []
    for i, (share, of) in enumerate(cells):
        for j, (first, second) in enumerate(pairwise(ORDER)):
            numbers = (part[i, j] for part in interval)
            rows.append((share, of, first, second, ratios[i, j], ratios[i, j + 1], *numbers))
    columns = ["share", "of", "first", "second", "ratio_first", "ratio_second", "log_ratio", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def log_ratios_by_seed(table: pd.DataFrame) -> pd.DataFrame:
    """The log ratios of `fewest_replacements`, in its order, a column for each RL seed of a recorded study."""
    seeds = sorted(table.loc[table["part"] == "seeds", "rl_seed"].unique())
    arms = {0: arms_of_part(table, "curves"), **{k: arms_of_part(table, "seeds", rl_seed=k) for k in seeds}}
    return pd.DataFrame({k: fewest_replacements(of, draws=1, seed=0)["log_ratio"] for k, of in arms.items()})


def sign_does_it(arms: Arms, *, rivals: Sequence[str] = RIVALS, draws: int = 2000, seed: int) -> dict[str, Interval]:
    """C2f's numbers: delta_logp's mean accuracy at 2, 5 and 8 % minus each rival's, with intervals.

    At equal shares of tokens *changed*, between budgets by a straight line; against the matched coin ("coin") at equal
    shares *selected*. C2f needs every interval above 0.
    """
    points = {name: _with_ends(arms, name) for name in ("delta_logp", *rivals)}

    def leads(weights: np.ndarray) -> np.ndarray:
        accuracy = arms.accuracy(weights)
        ratios = {of: arms.ratio(of, weights) for of in ("selected", "changed")}

        def mean(name: str, of: str) -> float:
            rows = points[name][np.argsort(ratios[of][points[name]], kind="stable")]
            return np.interp(AT, ratios[of][rows], accuracy[rows]).mean()

        of_rival = {name: "selected" if name == "coin" else "changed" for name in rivals}
        return np.array([mean("delta_logp", of) - mean(name, of) for name, of in of_rival.items()])

    interval = bootstrap(leads, arms.n_problems, draws=draws, seed=seed)
    return {name: Interval(*(float(part[i]) for part in interval)) for i, name in enumerate(rivals)}


def _with_ends(arms: Arms, family: str) -> np.ndarray:
    """The rows of a family and of both ends."""
    rows = np.flatnonzero(arms.labels["family"].isin([family, "nowhere", "everywhere"]))
    if len(rows) < 4:
        raise ValueError(f"{len(rows)} arms of {family} and the ends; expected nowhere, everywhere and some budgets")
    return rows


def _ends(arms: Arms, weights: np.ndarray) -> tuple[float, float]:
    """The accuracies of the base alone and of RL alone."""
    accuracy, family = arms.accuracy(weights), arms.labels["family"]
    return float(accuracy[family == "nowhere"][0]), float(accuracy[family == "everywhere"][0])
