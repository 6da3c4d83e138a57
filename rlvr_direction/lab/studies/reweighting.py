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
EVERYWHERE = list(METHODS)[:6]
EXTRA_SEEDS = 5  # of the methods that are trained on arithmetic alone
JUDGED, SEEDS_BEFORE = ("DAPO", "paper", "Dominate", "PPL"), 10


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each method and seed, at the learning rate that `rates` found for the method.

    Raises FileNotFoundError where no rates have been tuned.
    """
    rates = _tuned()
    return [
        partial(train_once, task, name, seed, rates[name], n)
        for seed in range(seeds)
        for name in METHODS
        if name in EVERYWHERE or (task == TUNED_ON and seed < EXTRA_SEEDS)
    ]


def plan_same_rate(task: str, *, seeds: int, n: int) -> list[Part]:
    """The methods of both tasks that `rates` gave another learning rate than DAPO, at DAPO's: a control.

    Raises FileNotFoundError where no rates have been tuned.
    """
    rates = _tuned()
    return [
        partial(train_once, task, name, seed, rates["DAPO"], n)
        for seed in range(seeds)
        for name in EVERYWHERE
        if rates[name] != rates["DAPO"]
    ]


def plan_more_seeds(task: str, *, seeds: int, n: int) -> list[Part]:
    """The methods that claim C5 compares, once more, on seeds that follow the ten that its verdict rests on.

    Raises FileNotFoundError where no rates have been tuned.
    """
    rates = _tuned()
    return [
        partial(train_once, task, name, SEEDS_BEFORE + seed, rates[name], n) for seed in range(seeds) for name in JUDGED
    ]


def plan_rates(task: str, *, seeds: int, n: int) -> list[Part]:
    """Every method at three learning rates, on seeds that the study does not use."""
    return [
        partial(train_once, task, name, TUNING_SEED + seed, rate, n)
        for seed in range(seeds)
        for name in METHODS
        for rate in RATES
    ]


def best_rates(table: pd.DataFrame) -> dict[str, float]:
    """For each method the rate with the highest mean accuracy over its evaluations."""
    means = table.groupby(["method", "rate"])["accuracy"].mean().unstack()
    return means.idxmax(axis=1).to_dict()


def _tuned() -> dict[str, float]:
    tuned = require(DATA) / "rates" / f"{TUNED_ON}.parquet"
    if not tuned.is_file():
        raise FileNotFoundError(
            f"no {tuned}: tune the learning rates first, `rlvr-direction study rates --task {TUNED_ON}`"
        )
    return best_rates(records.load(tuned))
