"""Counts of arms, problem by problem, and what a bootstrap over problems makes of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.counts import COUNTS, Arms
from rlvr_direction.statistics import bootstrap

__all__ = ["Arms", "accuracies", "arms_of", "arms_of_part"]


def arms_of(table: pd.DataFrame, labels: Sequence[str]) -> Arms:
    """The arms of a study's table, one for each combination of values in the columns `labels`.

    `table` has one row per arm and problem, with `problem_id`, `correct`, `samples`, `n_tokens`, `n_selected` and
    `n_changed`. Raises ValueError where arms were run on different problems, or twice on one.
    """
    labels = list(labels)
    ordered = table.sort_values([*labels, "problem_id"], kind="stable")
    sizes, problems = ordered.groupby(labels, dropna=False).size(), table["problem_id"].nunique()
    if not (sizes == problems).all() or ordered.duplicated([*labels, "problem_id"]).any():
        raise ValueError(f"arms have {sizes.min()} to {sizes.max()} rows for {problems} problems; expected one each")
    counts = {name: ordered[name].to_numpy(float).reshape(len(sizes), problems) for name in COUNTS}
    return Arms(sizes.index.to_frame(index=False), **counts)


def arms_of_part(table: pd.DataFrame, part: str, by: Sequence[str] = ("family", "budget"), **labels: object) -> Arms:
    """The arms of one part of a recorded study: the rows whose columns have the values `labels`, split `by` columns."""
    chosen = (table["part"] == part) & np.logical_and.reduce([table[name] == value for name, value in labels.items()])
    return arms_of(table[chosen], by)


def accuracies(arms: Arms, *, draws: int = 1000, seed: int) -> pd.DataFrame:
    """Each arm's labels, accuracy with its interval over problems, and the shares of tokens selected and changed."""
    interval = bootstrap(arms.accuracy, arms.n_problems, draws=draws, seed=seed)
    shares = {of: arms.ratio(of, np.ones(arms.n_problems)) for of in ("selected", "changed")}
    return arms.labels.assign(accuracy=interval.value, low=interval.low, high=interval.high, **shares)
