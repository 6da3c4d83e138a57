"""Claims C2 and C2f: how few replacements recover RL's accuracy, and whether the sign is the reason."""

from itertools import pairwise, product

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from rlvr_direction.lab.first.counts import Arms, arms_of_part
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["ORDER", "RIVALS", "fewest_replacements", "log_ratios_by_seed", "ratio_to_reach", "sign_does_it"]

ORDER = ("delta_logp", "kl_rl_base", "entropy_base", "random")
RIVALS = ("abs_delta_logp", "logp_base", "logp_rl", "gap_to_rl_argmax", "mass", "coin")
SHARES = (0.5, 0.8)
AT = (0.02, 0.05, 0.08)


def ratio_to_reach(ratios: np.ndarray, accuracies: np.ndarray, target: float) -> float:
    """The smallest ratio at which accuracy reaches a target; 1 where it never does.

    Accuracy is made monotone by isotonic regression over the points, and interpolated linearly between them.

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

    There is one row for each `share` of the way from the base's accuracy to RL's (50 and 80 %), for tokens `of` each
    kind (selected, changed), and for each two neighbours in `ORDER`: the ratios of tokens that they need, and the log
    of their quotient with its interval. C2 needs every interval below 0. `arms` are labelled by `family` and `budget`
    and include the families "nowhere" (the base alone) and "everywhere" (RL alone).
    """
    points = [_with_ends(arms, name) for name in ORDER]
    cells = list(product(SHARES, ("selected", "changed")))
    base, rl = arms.row("nowhere"), arms.row("everywhere")

    def needed(weights: np.ndarray) -> np.ndarray:
        accuracy, found = arms.accuracy(weights), []
        for share, of in cells:
            ratios, target = arms.ratio(of, weights), accuracy[base] + share * (accuracy[rl] - accuracy[base])
            found.append([ratio_to_reach(ratios[rows], accuracy[rows], target) for rows in points])
        return np.array(found)

    def log_ratios(weights: np.ndarray) -> np.ndarray:
        logs = np.log(np.maximum(needed(weights), 1e-6))
        return logs[:, :-1] - logs[:, 1:]

    interval = bootstrap(log_ratios, arms.n_problems, draws=draws, seed=seed)
    ratios = needed(np.ones(arms.n_problems))
    numbers = {"ratio_first": ratios[:, :-1], "ratio_second": ratios[:, 1:]}
    numbers |= {"log_ratio": interval.value, "low": interval.low, "high": interval.high}
    labels = [(*cell, *neighbours) for cell, neighbours in product(cells, pairwise(ORDER))]
    table = pd.DataFrame(labels, columns=["share", "of", "first", "second"])
    return table.assign(**{name: values.ravel() for name, values in numbers.items()})


def log_ratios_by_seed(table: pd.DataFrame) -> pd.DataFrame:
    """The log ratios of `fewest_replacements`, one row each and one column per RL seed of a recorded study."""
    seeds = sorted(table.loc[table["part"] == "seeds", "rl_seed"].unique())
    arms = {0: arms_of_part(table, "curves"), **{k: arms_of_part(table, "seeds", rl_seed=k) for k in seeds}}
    return pd.DataFrame({k: fewest_replacements(of, draws=1, seed=0)["log_ratio"] for k, of in arms.items()})


def sign_does_it(arms: Arms, *, draws: int = 2000, seed: int) -> dict[str, Interval]:
    """C2f's numbers: delta_logp's mean accuracy at 2, 5 and 8 % of tokens minus that of each of the `RIVALS`.

    The shares are of tokens *changed*, for the matched coin ("coin") of tokens *selected*; accuracy is interpolated
    linearly between budgets. C2f needs every interval above 0.
    """
    points = {name: _with_ends(arms, name) for name in ("delta_logp", *RIVALS)}

    def leads(weights: np.ndarray) -> np.ndarray:
        accuracy = arms.accuracy(weights)
        ratios = {of: arms.ratio(of, weights) for of in ("selected", "changed")}

        def mean(name: str, of: str) -> float:
            rows = points[name][np.argsort(ratios[of][points[name]], kind="stable")]
            return np.interp(AT, ratios[of][rows], accuracy[rows]).mean()

        of_rival = {name: "selected" if name == "coin" else "changed" for name in RIVALS}
        return np.array([mean("delta_logp", of) - mean(name, of) for name, of in of_rival.items()])

    intervals = np.transpose(bootstrap(leads, arms.n_problems, draws=draws, seed=seed)).tolist()
    return {name: Interval(*numbers) for name, numbers in zip(RIVALS, intervals, strict=True)}


def _with_ends(arms: Arms, family: str) -> np.ndarray:
    """The rows of a family and of both ends, in the order of the arms."""
    rows = np.flatnonzero(arms.labels["family"].isin([family, "nowhere", "everywhere"]))
    if len(rows) < 4:
        raise ValueError(f"{len(rows)} arms of {family} and the ends; expected nowhere, everywhere and some budgets")
    return rows
