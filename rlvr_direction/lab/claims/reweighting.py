"""Claims C3c and C5: methods of training compared over seeds, each seed of one with the same seed of the other."""

import numpy as np
import pandas as pd

from rlvr_direction.statistics import Interval, paired_t

__all__ = ["OWN_RATES", "areas", "at_the_end", "at_their_best", "over_seeds", "paired_difference"]

OWN_RATES = "Each method has a learning rate of its own, tuned on one seed of arithmetic and used on both tasks."


def areas(runs: pd.DataFrame) -> pd.Series:
    """The mean height of each run's accuracy curve (the area under it, over its length), by `method, seed`.

    `runs` has the columns `method, seed, rollout, accuracy`; rollouts that were not evaluated are nan.
    """
    return _by_run(runs, lambda curve: np.trapezoid(curve["accuracy"], curve["rollout"]) / np.ptp(curve["rollout"]))


def at_the_end(runs: pd.DataFrame, column: str = "accuracy") -> pd.Series:
    """A column's last value of each run, by `method, seed`."""
    return _by_run(runs.dropna(subset=[column]), lambda curve: curve[column].iloc[-1])


def at_their_best(runs: pd.DataFrame) -> pd.Series:
    """The highest accuracy that each run was ever found to have, by `method, seed`: it flatters, and is not judged."""
    return _by_run(runs, lambda curve: curve["accuracy"].max())


def over_seeds(runs: pd.DataFrame, column: str, *, along: str = "rollout") -> pd.DataFrame:
    """A column's mean over seeds, with its 95 % t-interval, for each method and value of `along`; nan is left out.

    Columns of the result: `method`, `along`, `mean, low, high`. Raises ValueError below two seeds.
    """
    found = runs.dropna(subset=[column]).groupby(["method", along], sort=False)[column]
    rows = [(*key, *paired_t(values.to_numpy())) for key, values in found]
    return pd.DataFrame(rows, columns=["method", along, "mean", "low", "high"])


def paired_difference(values: pd.Series, method: str, against: str) -> Interval:
    """A method's value minus another's, over the seeds that both have: mean and 95 % t-interval.

    Raises ValueError for fewer than two common seeds.
    """
    first, second = values[method].align(values[against], join="inner")
    return paired_t((first - second).to_numpy())


def _by_run(runs: pd.DataFrame, value) -> pd.Series:
    curves = runs.dropna(subset=["accuracy"]).sort_values("rollout").groupby(["method", "seed"], sort=False)
    return pd.Series({run: float(value(curve)) for run, curve in curves}).rename_axis(["method", "seed"])
