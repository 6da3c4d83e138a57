"""Counts of arms, problem by problem, pooled over RL seeds, and what a bootstrap over problems makes of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.claim import SEED, Part, Recorded
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["COUNTS", "Arms", "accuracies", "arms_of", "parts_over_seeds", "with_finalists"]

COUNTS = ("correct", "samples", "n_tokens", "n_selected", "n_changed")
Numbers = Callable[["Arms", int], Mapping[str, Interval]]


class Arms(NamedTuple):
    """The arms of a study: one row of labels per arm, and for each count an array `(arms, problems)`."""

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

    def row(self, family: str) -> int:
        """The row of the arm with this `family`; of the first one, if there are several."""
        return list(self.labels["family"]).index(family)

    def accuracy(self, weights: np.ndarray) -> np.ndarray:
        """The accuracy of each arm when problem i is drawn `weights[i]` times."""
        return self.correct @ weights / (self.samples @ weights)

    def ratio(self, of: str, weights: np.ndarray) -> np.ndarray:
        """The share of tokens that each arm selected or changed, `of` "selected" or "changed"."""
        return getattr(self, f"n_{of}") @ weights / (self.n_tokens @ weights)

    def gain(self, of: str, against: str, draws: int) -> Interval:
        """One family's accuracy minus another's, paired by problem, with its interval over problems."""
        first, second = self.row(of), self.row(against)

        def difference(weights: np.ndarray) -> float:
            accuracy = self.accuracy(weights)
            return float(accuracy[first] - accuracy[second])

        return bootstrap(difference, self.n_problems, draws=draws, seed=SEED)


def arms_of(table: pd.DataFrame, labels: Sequence[str] = ("family", "budget")) -> Arms:
    """The arms of a study's table, one for each combination of values in the columns `labels`; RL seeds are pooled.

    `table` has one row per arm, RL seed and problem, with `problem_id`, `correct`, `samples`, `n_tokens`, `n_selected`
    and `n_changed`; pooled counts are sums over RL seeds. Raises ValueError where arms were run on different problems
    or RL seeds, or twice on one.
    """
    labels = list(labels)
    if table.duplicated([*labels, "rl_seed", "problem_id"]).any():
        raise ValueError(f"an arm was run twice on one problem: arms are told apart by {', '.join(labels)}")
    pooled = table.groupby([*labels, "problem_id"], dropna=False)[list(COUNTS)].sum()
    sizes = table.groupby(labels, dropna=False).size()
    expected = table["problem_id"].nunique() * table["rl_seed"].nunique()
    if not (sizes == expected).all():
        raise ValueError(
            f"arms have {sizes.min()} to {sizes.max()} rows; expected {expected}, one per problem and seed"
        )
    n_problems = table["problem_id"].nunique()
    counts = {name: pooled[name].to_numpy(float).reshape(len(sizes), n_problems) for name in COUNTS}
    return Arms(sizes.index.to_frame(index=False), **counts)


def parts_over_seeds(
    table: pd.DataFrame, numbers: Numbers, labels: Sequence[str] = ("family", "budget"), *, draws: int = 2000
) -> dict[str, Part]:
    """The parts of a claim in one cell: `numbers` of all RL seeds pooled, and of each seed where there are several.

    `numbers(arms, draws)` gives an interval for each part, by name.
    """
    seeds = sorted(table["rl_seed"].unique())
    pooled = numbers(arms_of(table, labels), draws)
    if len(seeds) == 1:
        return {name: Part(interval) for name, interval in pooled.items()}
    alone = [numbers(arms_of(table[table["rl_seed"] == seed], labels), 1) for seed in seeds]
    return {name: Part(interval, [float(of[name].value) for of in alone]) for name, interval in pooled.items()}


def with_finalists(recorded: Recorded, study: str, finalists: str) -> dict[str, Mapping[str, pd.DataFrame]]:
    """The recorded tables, in which rows of `finalists` replace those of the same arms in `study`: more samples each.

    A task without finalists keeps its table.
    """
    same = ["cell", "rl_seed", "family", "where", "gamma", "temperature", "top_p", "purpose"]

    def replaced(table: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
        there = table["cell"].isin(again["cell"].unique())
        before, after = (pd.MultiIndex.from_frame(rows[same]) for rows in (table[there], again.drop_duplicates(same)))
        return pd.concat([table[~there], table[there][~before.isin(after)], again], ignore_index=True)

    again = recorded.get(finalists, {})
    tables = {task: replaced(table, again[task]) if task in again else table for task, table in recorded[study].items()}
    return {**recorded, study: tables}


def accuracies(arms: Arms, *, draws: int = 1000) -> pd.DataFrame:
    """Each arm's labels, accuracy with its interval over problems, and the shares of tokens selected and changed."""
    interval = bootstrap(arms.accuracy, arms.n_problems, draws=draws, seed=SEED)
    shares = {of: arms.ratio(of, np.ones(arms.n_problems)) for of in ("selected", "changed")}
    return arms.labels.assign(accuracy=interval.value, low=interval.low, high=interval.high, **shares)
