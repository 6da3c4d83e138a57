"""Counts of arms, problem by problem, and what a bootstrap over problems makes of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from rlvr_direction.statistics import bootstrap

__all__ = ["Arms", "accuracies", "arms_of", "arms_of_part"]

COUNTS = ("correct", "samples", "n_tokens", "n_selected", "n_changed")


class Arms(NamedTuple):
    """The arms of a table, `(arms, problems)` a count, and what each arm was."""

    labels: pd.DataFrame
    correct: np.ndarray
    samples: np.ndarray
    n_tokens: np.ndarray
    n_selected: np.ndarray
    n_changed: np.ndarray

    @property
    def n_problems(self) -> int:
        """How many problems all arms share."""
        return self.correct.shape[1]

    def accuracy(self, weights: np.ndarray) -> np.ndarray:
        """The accuracy of each arm when problem i is drawn `weights[i]` times."""
        return self.correct @ weights / (self.samples @ weights)

    def ratio(self, of: str, weights: np.ndarray) -> np.ndarray:
        """The share of tokens that each arm selected or changed, `of` "selected" or "changed"."""
        return getattr(self, f"n_{of}") @ weights / (self.n_tokens @ weights)


def arms_of(table: pd.DataFrame, labels: Sequence[str]) -> Arms:
    """The arms of a study's table, told apart by these columns; every arm was run on the same problems.

    `table` has `problem_id`, `correct`, `samples`, `n_tokens`, `n_selected`, `n_changed`, a row an arm and problem.
    Raises ValueError where arms were run on different problems, or twice on one.
    """
    labels = list(labels)
    ordered = table.sort_values([*labels, "problem_id"], kind="stable")
    groups = ordered.groupby(labels, sort=True, dropna=False)
    sizes, problems = groups.size(), table["problem_id"].nunique()
    if not (sizes == problems).all() or ordered.duplicated([*labels, "problem_id"]).any():
        raise ValueError(f"arms have {sizes.min()} to {sizes.max()} rows for {problems} problems; expected one each")
    counts = {name: ordered[name].to_numpy(float).reshape(len(sizes), problems) for name in COUNTS}
    return Arms(sizes.index.to_frame(index=False), **counts)


def arms_of_part(table: pd.DataFrame, part: str, by: Sequence[str] = ("family", "budget"), **labels: object) -> Arms:
    """The arms of one part of a recorded study, told apart `by` these columns, where its `labels` have these values."""
    chosen = (table["part"] == part) & np.logical_and.reduce([table[name] == value for name, value in labels.items()])
    return arms_of(table[chosen], by)


def accuracies(arms: Arms, *, draws: int = 1000, seed: int) -> pd.DataFrame:
    """Each arm's labels, accuracy with its interval over problems, and the shares of tokens selected and changed."""
    interval = bootstrap(arms.accuracy, arms.n_problems, draws=draws, seed=seed)
    even = np.ones(arms.n_problems)
    shares = {of: arms.ratio(of, even) for of in ("selected", "changed")}
    return arms.labels.assign(accuracy=interval.value, low=interval.low, high=interval.high, **shares)
