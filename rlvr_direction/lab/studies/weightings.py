"""Claims C3c and C5: methods of training from one base over RL seeds, all at the rate that suits DAPO best."""

from functools import partial

from rlvr_direction import records
from rlvr_direction.lab.checkout import DATA, require
from rlvr_direction.lab.claims.reweighting import areas
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.methods import train_once

__all__ = ["COMPARED", "RATES", "best_rate", "plan", "plan_tuning"]

RATES = (1e-4, 2e-4, 4e-4, 8e-4)
TUNING_SEED = 1000  # and those after it; no judged run has them
COMPARED = ("DAPO", "paper", "paper, mean 1", "Dominate", "PPL")
ASIDE, ASIDE_SEEDS = ("top-p 0.9", "negative only"), 10  # of C3c, and of the reviewers' Q8


def plan_tuning(task: str, *, seeds: int, n: int) -> list[Part]:
    """DAPO at every rate, on seeds and problems that judge nothing."""
    own = range(TUNING_SEED, TUNING_SEED + seeds)
    return [partial(train_once, task, "DAPO", seed, rate, n, "tuning") for seed in own for rate in RATES]


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each seed and method, at the one rate that `tuning` found."""
    rate = best_rate(task)
    methods = [(seed, name) for seed in range(seeds) for name in (*COMPARED, *(ASIDE if seed < ASIDE_SEEDS else ()))]
    return [partial(train_once, task, name, seed, rate, n, "judged") for seed, name in methods]


def best_rate(task: str) -> float:
    """The rate at which DAPO's area under accuracy is largest on tuning seeds; FileNotFoundError where none ran."""
    tuned = require(DATA) / "tuning" / f"{task}.parquet"
    if not tuned.is_file():
        raise FileNotFoundError(f"no {tuned}: tune the rate first, `rlvr-direction study tuning --task {task}`")
    runs = records.load(tuned)
    by_rate = {rate: areas(of_rate).mean() for rate, of_rate in runs.groupby("rate")}
    return max(by_rate, key=by_rate.__getitem__)
