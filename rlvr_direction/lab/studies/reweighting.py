"""Claims C3c and C5: methods of training from one base over RL seeds, each at its own best learning rate."""

from functools import partial

import pandas as pd

from rlvr_direction import records
from rlvr_direction.lab.checkout import DATA, require
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.methods import METHODS, train_once

__all__ = ["RATES", "best_rates", "plan", "plan_more_seeds", "plan_rates", "plan_same_rate"]

RATES = (1e-4, 2e-4, 4e-4)
TUNED_ON, TUNING_SEED = "arithmetic", 1000
ON_BOTH_TASKS = list(METHODS)[:6]
EXTRA_SEEDS = 5  # of the methods that are trained on arithmetic alone
JUDGED, SEEDS_BEFORE = ("DAPO", "paper", "Dominate", "PPL"), 10


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each method and seed, at the learning rate that `rates` found for the method."""
    rates = _tuned()
    return [
        partial(train_once, task, name, seed, rates[name], n)
        for seed in range(seeds)
        for name in METHODS
        if name in ON_BOTH_TASKS or (task == TUNED_ON and seed < EXTRA_SEEDS)
    ]


def plan_same_rate(task: str, *, seeds: int, n: int) -> list[Part]:
    """A control: the methods of both tasks that `rates` gave another learning rate than DAPO, at DAPO's."""
    rates = _tuned()
    others = [name for name in ON_BOTH_TASKS if rates[name] != rates["DAPO"]]
    return [partial(train_once, task, name, seed, rates["DAPO"], n) for seed in range(seeds) for name in others]


def plan_more_seeds(task: str, *, seeds: int, n: int) -> list[Part]:
    """The methods that claim C5 compares, once more, on seeds that follow the ten that its verdict rests on."""
    rates, more = _tuned(), range(SEEDS_BEFORE, SEEDS_BEFORE + seeds)
    return [partial(train_once, task, name, seed, rates[name], n) for seed in more for name in JUDGED]


def plan_rates(task: str, *, seeds: int, n: int) -> list[Part]:
    """Every method at three learning rates, on seeds that the study does not use."""
    own = range(TUNING_SEED, TUNING_SEED + seeds)
    return [partial(train_once, task, name, seed, rate, n) for seed in own for name in METHODS for rate in RATES]


def best_rates(table: pd.DataFrame) -> dict[str, float]:
    """For each method the rate with the highest mean accuracy over its evaluations."""
    means = table.groupby(["method", "rate"])["accuracy"].mean().unstack()
    return means.idxmax(axis=1).to_dict()


def _tuned() -> dict[str, float]:
    """Each method's best learning rate; FileNotFoundError where none have been tuned."""
    tuned = require(DATA) / "rates" / f"{TUNED_ON}.parquet"
    if not tuned.is_file():
        raise FileNotFoundError(
            f"no {tuned}: tune the learning rates first, `rlvr-direction study rates --task {TUNED_ON}`"
        )
    return best_rates(records.load(tuned))
