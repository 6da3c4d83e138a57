"""Claims C2, C2c and C2h: the share of tokens that a gate must replace, and the best that replacement does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from rlvr_direction.lab.claims.claim import SEED, Claim, Part, Recorded, judge_cells
from rlvr_direction.lab.claims.counts import Arms, arms_of, parts_over_seeds
from rlvr_direction.statistics import Interval, bootstrap

__all__ = [
    "AGAINST",
    "NEIGHBOURS",
    "ORDER",
    "best_budgets",
    "best_minus_cold",
    "judged",
    "log_ratios",
    "named",
    "points_of",
    "ratio_to_reach",
    "ratios_needed",
    "rows_below",
]

ORDER = ("delta_logp", "kl_rl_base", "entropy_base", "random")
AGAINST = tuple((ORDER[0], rival) for rival in ORDER[1:])
NEIGHBOURS = tuple(pairwise(ORDER))
ENDS = ("nowhere", "everywhere")
WAYS = (0.5, 0.8)  # of the way from the base's accuracy to RL's
LEAST = 1e-6  # a share of tokens whose logarithm is taken


def judged(table: pd.DataFrame, families: Iterable[str]) -> pd.DataFrame:
    """The rows of some families on judged problems. Raises ValueError where a family has none."""
    rows = table[(table["purpose"] == "judged") & table["family"].isin(families := [*families])]
    if missing := sorted(set(families) - set(rows["family"].unique())):
        raise ValueError(f"no judged arms of {', '.join(missing)}; the table has {', '.join(table['family'].unique())}")
    return rows


def ratio_to_reach(ratios: np.ndarray, accuracies: np.ndarray, target: float, *, fitted: bool = True) -> float:
    """The smallest share of tokens at which accuracy reaches a target; 1 where it never does.

    Accuracy is made monotone by isotonic regression over the points, and interpolated linearly between them. Where more
    replacements do harm the fit pools the rise with the fall; without it (`fitted=False`), the first crossing counts.

    >>> ratio_to_reach(np.array([0.0, 0.1, 0.3]), np.array([0.2, 0.4, 0.8]), 0.6)
    0.2
    """
    return float(_shares_to_reach(ratios, accuracies, [target], fitted=fitted)[0])


def _shares_to_reach(
    ratios: np.ndarray, accuracies: np.ndarray, targets: Sequence[float], *, fitted: bool
) -> np.ndarray:
    """`ratio_to_reach` of several targets on one curve, which is fitted once."""
    order = np.argsort(ratios, kind="stable")
    ratios, heights = ratios[order], accuracies[order]
    if fitted and (heights[1:] < heights[:-1]).any():
        heights = isotonic_regression(heights).x
    found = np.ones(len(targets))
    for i, target in enumerate(targets):
        if target > heights.max():
            continue
        at = int(np.argmax(heights >= target))
        found[i] = ratios[at]
        if at:
            rise = (target - heights[at - 1]) / (heights[at] - heights[at - 1])
            found[i] = round(float(ratios[at - 1]) + float(rise) * float(ratios[at] - ratios[at - 1]), 12)
    return found


def log_ratios(
    table: pd.DataFrame,
    of: str,
    pairs: Sequence[tuple[str, str]] = AGAINST,
    *,
    fitted: bool = True,
    draws: int = 2000,
) -> dict[str, Part]:
    """The logs of r50 and r80 of one family over another's, for each of the `pairs`, in one cell.

    r50 and r80 are the shares of tokens, `of` "selected" or "changed", that cover 50 and 80 % of the way from the
    base's accuracy to RL's. They are fitted anew in each draw; `fitted` is as in `ratio_to_reach`. Below 0, the first
    family needs fewer.
    """
    names = [f"{first} against {second}, {way:.0%} of the way" for way in WAYS for first, second in pairs]
    left, right = (np.array([ORDER.index(pair[side]) for pair in pairs]) for side in (0, 1))

    def numbers(arms: Arms, draws: int) -> dict[str, Interval]:
        need = _needed(arms, of, fitted)

        def logs(weights: np.ndarray) -> np.ndarray:
            found = np.log(np.maximum(need(weights), LEAST))
            return (found[:, left] - found[:, right]).ravel()

        return named(names, bootstrap(logs, arms.n_problems, draws=draws, seed=SEED))

    return parts_over_seeds(judged(table, (*ORDER, *ENDS)), numbers, draws=draws)


def ratios_needed(table: pd.DataFrame, of: str, *, draws: int = 1000) -> pd.DataFrame:
    """r50 and r80 themselves in one cell, RL seeds pooled: `way, family, ratio, low, high`."""
    arms = arms_of(judged(table, (*ORDER, *ENDS)))
    interval = bootstrap(_needed(arms, of, fitted=True), arms.n_problems, draws=draws, seed=SEED)
    rows = [(way, family) for way in WAYS for family in ORDER]
    ratio, low, high = (np.ravel(numbers) for numbers in interval)
    return pd.DataFrame(rows, columns=["way", "family"]).assign(ratio=ratio, low=low, high=high)


def rows_below(
    claim: Claim,
    recorded: Recorded,
    parts_of: Callable[[pd.DataFrame], Mapping[str, Part]],
    rows: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """What a claim's rule says of some of its parts alone, one row per task, cell and name in `rows`.

    `parts_of` gives all parts of a cell, and `rows` the beginnings of those that a row needs. The columns are `row,
    task, cell, deciding, verdict, value, low, high, text`.
    """
    known: dict[str, Mapping[str, Part]] = {}

    def some(table: pd.DataFrame, beginnings: tuple[str, ...]) -> Mapping[str, Part]:
        cell = table["cell"].iloc[0]
        if cell not in known:
            known[cell] = parts_of(table)
        return {name: part for name, part in known[cell].items() if name.startswith(beginnings)}

    found = []
    for task, table in recorded[claim.study].items():
        known.clear()
        for name, beginnings in rows.items():
            judged_rows = judge_cells(claim, {claim.study: {task: table}}, partial(some, beginnings=tuple(beginnings)))
            found += [{"row": name, **vars(row)} for row in judged_rows]
    return pd.DataFrame(found).drop(columns="claim")


def best_minus_cold(table: pd.DataFrame, *, draws: int = 2000) -> dict[str, Part]:
    """Accuracy of delta_logp at the budget that is best on calibration problems, minus RL at its best sampling.

    Each RL seed chooses its own budget, the smallest one of equals, from the rows of purpose "calibration"; 100 %, RL
    everywhere, is not among them.
    """
    rows = judged(table, (ORDER[0], "cold rl"))
    cold, gated = rows["family"] == "cold rl", rows["budget"] == rows["rl_seed"].map(best_budgets(table))
    rows = rows[cold | gated].assign(budget=0.0)  # the seeds' budgets differ, and are pooled
    return parts_over_seeds(rows, lambda arms, draws: {"cold RL": arms.gain(ORDER[0], "cold rl", draws)}, draws=draws)


def best_budgets(table: pd.DataFrame) -> pd.Series:
    """delta_logp's budget with the most right answers on calibration problems in one cell, by `rl_seed`."""
    tried = table[(table["purpose"] == "calibration") & (table["family"] == ORDER[0])]
    return tried.groupby(["rl_seed", "budget"])["correct"].sum().unstack().idxmax(axis=1)


def _needed(arms: Arms, of: str, fitted: bool) -> Callable[[np.ndarray], np.ndarray]:
    """The shares of tokens that each family of `ORDER` needs, `(ways, families)`, as a function of weights."""
    points = [points_of(arms, name, ENDS) for name in ORDER]
    base, rl = (arms.row(end) for end in ENDS)

    def need(weights: np.ndarray) -> np.ndarray:
        accuracy, ratios = arms.accuracy(weights), arms.ratio(of, weights)
        targets = [accuracy[base] + way * (accuracy[rl] - accuracy[base]) for way in WAYS]
        shares = [_shares_to_reach(ratios[p], accuracy[p], targets, fitted=fitted) for p in points]
        return np.transpose(shares)

    return need


def points_of(arms: Arms, family: str, ends: Sequence[str] = ("nowhere",)) -> np.ndarray:
    """The rows of a family and of the ends of its curve, in the order of the arms."""
    return np.flatnonzero(arms.labels["family"].isin([family, *ends]))


def named(names: Sequence[str], interval: Interval) -> dict[str, Interval]:
    """An interval of arrays as one interval for each name."""
    return {name: Interval(*numbers) for name, numbers in zip(names, np.transpose(interval).tolist(), strict=True)}
