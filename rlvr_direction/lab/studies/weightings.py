"""Claims C3c and C5: methods of training from one base over RL seeds, all at the rate that suits DAPO best."""

from collections.abc import Mapping
from functools import partial

from rlvr_direction.lab.claims.reweighting import best_rates
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.earlier import table_of
from rlvr_direction.lab.studies.methods import train_once

__all__ = ["COMPARED", "RATES", "best_rate", "plan", "plan_at_own_rates", "plan_own_rates", "plan_tuning"]

RATES = (1e-4, 2e-4, 4e-4, 8e-4)
TUNING_SEED = 1000  # and those after it; no judged run has them
COMPARED = ("DAPO", "paper", "paper, mean 1", "Dominate", "PPL")
ASIDE: Mapping[str, int] = {  # seeds: of C3c, of the reviewers' Q8, a rival without a rule, and where learning sits
    **{"top-p 0.9": 10, "negative only": 10, "STARE": 10},
    **{"keep below": 5, "keep above": 5},
}
LOOKS: Mapping[str, tuple[int, int]] = {"worded": (2, 5)}  # tuning and judged seeds at most: too slow for a verdict


def plan_tuning(task: str, *, seeds: int, n: int) -> list[Part]:
    """DAPO at every rate, on seeds and problems that judge nothing."""
    return _tuned(task, ("DAPO",), min(seeds, LOOKS[task][0]) if task in LOOKS else seeds, n)


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each seed and method, at the one rate that `tuning` found; on `worded` a look at five methods."""
    rate = best_rate(task)
    if task in LOOKS:
        methods = [(seed, name) for seed in range(min(seeds, LOOKS[task][1])) for name in COMPARED]
    else:
        wanted = dict.fromkeys(COMPARED, seeds) | ASIDE
        methods = [(seed, name) for seed in range(seeds) for name, most in wanted.items() if seed < most]
    return [partial(train_once, task, name, seed, rate, n, "judged") for seed, name in methods]


def plan_own_rates(task: str, *, seeds: int, n: int) -> list[Part]:
    """Every method but DAPO at every rate, on the seeds and problems that tuned DAPO."""
    return _tuned(task, COMPARED[1:], seeds, n)


def plan_at_own_rates(task: str, *, seeds: int, n: int) -> list[Part]:
    """The judged runs of the methods whose own best rate is not DAPO's.

    Raises ValueError where there is no such method: then study `weightings` has these runs already.
    """
    shared, own = best_rate(task), best_rates(table_of("own_rates", task, first="tune the rates"))
    differ = {name: rate for name, rate in own.items() if rate != shared}
    if not differ:
        raise ValueError(f"every method's best rate on {task} is DAPO's, {shared:g}: study `weightings` has its runs")
    return [
        partial(train_once, task, name, seed, rate, n, "judged")
        for seed in range(seeds)
        for name, rate in differ.items()
    ]


def best_rate(task: str) -> float:
    """The rate at which DAPO's area under accuracy is largest on tuning seeds; FileNotFoundError where none ran."""
    return float(best_rates(table_of("tuning", task, first="tune the rate"))["DAPO"])


def _tuned(task: str, methods: tuple[str, ...], seeds: int, n: int) -> list[Part]:
    own = range(TUNING_SEED, TUNING_SEED + seeds)
    runs = [(name, seed, rate) for seed in own for name in methods for rate in RATES]
    return [partial(train_once, task, name, seed, rate, n, "tuning") for name, seed, rate in runs]
