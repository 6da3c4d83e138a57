"""Claims C3c and C5 and questions Q7 and Q8: methods of training, compared seed by seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.axes import Axis
from rlvr_direction.lab.claims.claim import Claim, Judged, Part, Recorded, judge_tasks
from rlvr_direction.statistics import Interval, paired_t

__all__ = [
    "KS",
    "LOOKS",
    "MEASURE",
    "SEEDS",
    "Measure",
    "areas",
    "at_the_end",
    "at_their_best",
    "best_rates",
    "direction_correctness",
]
__all__ += [
    "first",
    "gains_in_area",
    "judge_leads",
    "judge_methods",
    "k_to_judge",
    "negative_only",
    "over_seeds",
    "paired_difference",
]

KS = (1, 2, 4, 8, 16, 32)
SOLVED = 0.9  # Pass@k at and above this leaves a method nothing to lose or to gain
LOOKS = ("worded",)  # trained briefly and on few seeds: shown without a verdict
Measure = Callable[[pd.DataFrame], pd.Series]  # runs -> a number for each run, by `method, seed`


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


MEASURE = Axis(
    "Read",
    "area under accuracy",
    {"final accuracy": {"measure": at_the_end}, "best accuracy": {"measure": at_their_best}},
)
SEEDS = Axis("Training seeds", "all", {f"the first {n}": {"seeds": n} for n in (5, 10)})


def first(runs: pd.DataFrame, seeds: int | None) -> pd.DataFrame:
    """The runs of the first so many seeds; all of them if it is None."""
    return runs if seeds is None else runs[runs["seed"] < seeds]


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


def judge_methods(
    claim: Claim, recorded: Recorded, parts_of: Callable[[pd.DataFrame], Mapping[str, Part | Interval]]
) -> list[Judged]:
    """Judge a claim task by task; on the tasks in `LOOKS` the row is not a verdict."""
    return [replace(row, deciding=row.task not in LOOKS) for row in judge_tasks(claim, recorded, parts_of)]


def judge_leads(
    claim: Claim, recorded: Recorded, method: str, rivals: Sequence[str], measure: Measure, seeds: int | None
) -> list[Judged]:
    """Judge a claim by a method's lead over each rival in a measure of its runs, over the first so many seeds."""

    def leads(runs: pd.DataFrame) -> dict[str, Interval]:
        values = measure(first(runs, seeds))
        return {rival: paired_difference(values, method, rival) for rival in rivals}

    return judge_methods(claim, recorded, leads)


def best_rates(tuned: pd.DataFrame) -> pd.Series:
    """The learning rate with the largest mean area under accuracy, by `method`, of runs with a column `rate`."""
    found = pd.concat({rate: areas(of_rate) for rate, of_rate in tuned.groupby("rate")}, names=["rate"])
    return found.groupby(["method", "rate"]).mean().unstack("rate").idxmax(axis=1)


def k_to_judge(tuned: pd.DataFrame) -> int:
    """The largest power of two at which DAPO's Pass@k on tuning problems, at its best rate, is below .9.

    It is 1 if Pass@1 is not below .9 either. `tuned` is study `tuning`'s table of one task.
    """
    dapo = tuned[(tuned["method"] == "DAPO") & (tuned["rate"] == best_rates(tuned)["DAPO"])]
    known = [k for k in KS if f"pass@{k}" in dapo and dapo[f"pass@{k}"].notna().any()]
    return max([1, *(k for k in known if at_the_end(dapo, f"pass@{k}").mean() < SOLVED)])


def gains_in_area(runs: pd.DataFrame, own: pd.DataFrame | None = None) -> pd.DataFrame:
    """Each method's area under accuracy minus DAPO's: `method, rates, rate, seeds, gain, low, high`.

    `runs` is study `weightings`'s table of one task, where all methods have DAPO's rate (`rates` is "DAPO's"). `own` is
    study `at_own_rates`'s, with the runs of the methods whose best rate is another one (`rates` is "own").
    """
    rows = []
    for rates, table in {"DAPO's": runs, "own": own}.items():
        if table is None:
            continue
        reference = runs[runs["method"] == "DAPO"]
        for method, of_method in table[table["method"] != "DAPO"].groupby("method", sort=False):
            gain = paired_difference(areas(pd.concat([of_method, reference])), method, "DAPO")
            seeds = len(set(of_method["seed"]) & set(reference["seed"]))
            rows.append((method, rates, of_method["rate"].iloc[0], seeds, *gain))
    return pd.DataFrame(rows, columns=["method", "rates", "rate", "seeds", "gain", "low", "high"])


def direction_correctness(runs: pd.DataFrame) -> pd.DataFrame:
    """Q7: the shares of tokens that an update moves as its advantage asks, with 95 % t-intervals over seeds.

    There is one row per `method` and `rollout`: `positive_rise` (of tokens with positive advantage, those that became
    likelier), `negative_fall` (of tokens with negative advantage, those that became less likely), and their ends,
    `positive_rise_low` and so on.
    """
    tables = []
    for column in ("positive_rise", "negative_fall"):
        names = {"mean": column, "low": f"{column}_low", "high": f"{column}_high"}
        tables.append(over_seeds(runs, column).rename(columns=names))
    return tables[0].merge(tables[1], on=["method", "rollout"], how="outer", sort=False)


def negative_only(runs: pd.DataFrame) -> pd.DataFrame:
    """Q8: amplifying tokens of negative advantage alone, against DAPO and against the paper, paired over seeds.

    The columns are `against, measure, gain, low, high`; measures are the area under accuracy, the final accuracy and
    Pass@32.
    """
    values = {"area": areas(runs), "final accuracy": at_the_end(runs), "pass@32": at_the_end(runs, "pass@32")}
    rows = [
        (against, measure, *paired_difference(of_measure, "negative only", against))
        for against in ("DAPO", "paper")
        for measure, of_measure in values.items()
    ]
    return pd.DataFrame(rows, columns=["against", "measure", "gain", "low", "high"])


def _by_run(runs: pd.DataFrame, value: Callable[[pd.DataFrame], float]) -> pd.Series:
    curves = runs.dropna(subset=["accuracy"]).sort_values("rollout").groupby(["method", "seed"], sort=False)
    return pd.Series({run: float(value(curve)) for run, curve in curves}).rename_axis(["method", "seed"])
