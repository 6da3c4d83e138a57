"""Claims C3c and C5: methods of training, compared seed by seed."""

import numpy as np
import pandas as pd

from rlvr_direction.statistics import Interval, paired_t

__all__ = ["OWN_RATES", "areas", "at_the_end", "at_their_best", "over_seeds", "paired_difference"]

OWN_RATES = "Each method has its own learning rate, tuned on one seed of arithmetic and used for both tasks."


def areas(runs: pd.DataFrame) -> pd.Series:
    """The area under each run's accuracy curve, divided by its length in rollouts, by `method, seed`.

    `runs` has the columns `method, seed, rollout, accuracy`; the accuracy is nan at rollouts that were not evaluated.
    """
    return _by_run(runs, lambda curve: np.trapezoid(curve["accuracy"], curve["rollout"]) / np.ptp(curve["rollout"]))


def at_the_end(runs: pd.DataFrame, column: str = "accuracy") -> pd.Series:
    """The last value of a column in each run, by `method, seed`."""
    return _by_run(runs.dropna(subset=[column]), lambda curve: curve[column].iloc[-1])


def at_their_best(runs: pd.DataFrame) -> pd.Series:
    """The highest accuracy of each run, by `method, seed`: it flatters a method, so no claim is judged by it."""
    return _by_run(runs, lambda curve: curve["accuracy"].max())


def over_seeds(runs: pd.DataFrame, column: str, *, along: str = "rollout") -> pd.DataFrame:
    """The mean of a column over seeds with its 95 % t-interval: `method`, `along`, `mean, low, high`.

    There is one row per method and value of `along`; nan is left out. Raises ValueError below two seeds.
    """
    found = runs.dropna(subset=[column]).groupby(["method", along], sort=False)[column]
    rows = [(*key, *paired_t(values.to_numpy())) for key, values in found]
    return pd.DataFrame(rows, columns=["method", along, "mean", "low", "high"])


def paired_difference(values: pd.Series, method: str, against: str) -> Interval:
    """One method's value minus another's over the seeds that both have: the mean and its 95 % t-interval.

    Raises ValueError for fewer than two common seeds.
    """
    first, second = values[method].align(values[against], join="inner")
    return paired_t((first - second).to_numpy())


def _by_run(runs: pd.DataFrame, value) -> pd.Series:
    curves = runs.dropna(subset=["accuracy"]).sort_values("rollout").groupby(["method", "seed"], sort=False)
    return pd.Series({run: float(value(curve)) for run, curve in curves}).rename_axis(["method", "seed"])
