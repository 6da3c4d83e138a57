"""Scores as estimates of the advantage of replacing a proposal: which share of an oracle's gain each one reaches."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.claim import SEED, Part
from rlvr_direction.statistics import Interval, bootstrap

__all__ = ["BUDGETS", "SIDES", "leads", "oracle_gain", "ranking", "share_where_models_agree", "shares_of_oracle"]

BUDGETS = (0.02, 0.05, 0.1)  # of all proposals
SIDES: Mapping[str, int] = {  # which way a score says "replace": 1 where it is large
    "delta_logp": -1,
    "abs_delta_logp": 1,
    "logp_rl": -1,
    "logp_base": -1,
    "gap_to_rl_argmax": 1,
    "mass": 1,
    "kl_rl_base": 1,
    "kl_base_rl": 1,
    "entropy_base": 1,
    "entropy_rl": 1,
    "jensen_shannon": 1,
}
LEARNT = {"q_head": 1}
Gain = Callable[[np.ndarray], float]


def shares_of_oracle(table: pd.DataFrame, budget: float) -> tuple[list[str], Callable[[np.ndarray], np.ndarray], int]:
    """The scores of a cell, their shares of the oracle's gain as a function of problem weights, and the problems.

    A score fires on the share `budget` of all proposals, where it is most in favour; its gain is the mean advantage
    there, per proposal. The oracle chooses by one half of the continuations and is judged by the other, and the other
    way round: it never gains by the noise that it chose by, and is a lower bound of what perfect knowledge would gain.
    """
    measured = _measured(table)
    sides = {name: side for name, side in {**SIDES, **LEARNT}.items() if name in table and table[name].notna().all()}
    gains = [
        _gain(side * table[name].to_numpy(float), measured.advantage, measured, budget) for name, side in sides.items()
    ]
    oracle = _oracle(measured, budget)

    def shares(weights: np.ndarray) -> np.ndarray:
        return np.array([gain(weights) for gain in gains]) / oracle(weights)

    return list(sides), shares, measured.problems


def ranking(table: pd.DataFrame, *, budgets: tuple[float, ...] = BUDGETS, draws: int = 1000) -> pd.DataFrame:
    """Every score's share of the oracle's gain with its interval over problems, the best first in each budget."""
    found = []
    for budget in budgets:
        names, shares, n = shares_of_oracle(table, budget)
        interval = bootstrap(shares, n, draws=draws, seed=SEED)
        rows = pd.DataFrame({"score": names, "share": interval.value, "low": interval.low, "high": interval.high})
        found.append(rows.assign(budget=budget).sort_values("share", ascending=False))
    return pd.concat(found, ignore_index=True)


def leads(table: pd.DataFrame, budget: float, *, draws: int = 2000) -> dict[str, Part]:
    """Delta_logp's share minus each other score's, over RL seeds pooled by problem, and of each seed alone.

    A learnt score is no rival here.
    """
    pooled = _leads(table, budget, draws)
    seeds = sorted(table["rl_seed"].unique())
    if len(seeds) == 1:
        return {name: Part(interval) for name, interval in pooled.items()}
    alone = [_leads(table[table["rl_seed"] == seed], budget, 1) for seed in seeds]
    return {name: Part(interval, [float(of[name].value) for of in alone]) for name, interval in pooled.items()}


def oracle_gain(table: pd.DataFrame, budget: float) -> float:
    """What the oracle of `shares_of_oracle` gains per proposal, as accuracy, when it fires on the share `budget`."""
    measured = _measured(table)
    return _oracle(measured, budget)(np.ones(measured.problems))


def share_where_models_agree(table: pd.DataFrame, budget: float, *, below: float = 0.01, draws: int = 1000) -> Interval:
    """The oracle's gain if it may fire only where KL(RL || base) lies below so many nats, as a share of all its gain.

    No score of a pair can tell these positions apart: it is what a judge of the text would add.
    """
    measured = _measured(table)
    agree = (table["kl_rl_base"] < below).to_numpy()
    whole, part = _oracle(measured, budget), _oracle(measured, budget, agree)

    def share(weights: np.ndarray) -> float:
        return part(weights) / whole(weights)

    return bootstrap(share, measured.problems, draws=draws, seed=SEED)


def _leads(table: pd.DataFrame, budget: float, draws: int) -> dict[str, Interval]:
    names, shares, n = shares_of_oracle(table.drop(columns=list(LEARNT), errors="ignore"), budget)
    own = names.index("delta_logp")

    def differences(weights: np.ndarray) -> np.ndarray:
        found = shares(weights)
        return found[own] - np.delete(found, own)

    interval = bootstrap(differences, n, draws=draws, seed=SEED)
    others = [name for name in names if name != "delta_logp"]
    return {name: Interval(*map(float, ends)) for name, *ends in zip(others, *interval, strict=True)}


class _Measured(NamedTuple):
    """The advantage of replacing at every drawn position, by two halves of the continuations."""

    half_1: np.ndarray
    half_2: np.ndarray
    weight: np.ndarray  # 1 / the chance of being drawn
    problem: np.ndarray  # its number
    problems: int

    @property
    def advantage(self) -> np.ndarray:
        """The mean of both halves."""
        return (self.half_1 + self.half_2) / 2


def _measured(table: pd.DataFrame) -> _Measured:
    problem, places = pd.factorize(table["problem_id"], sort=True)
    halves = [((table[f"replaced_{h}"] - table[f"kept_{h}"]) / table["continuations"]).to_numpy(float) for h in (1, 2)]
    return _Measured(*halves, 1 / table["chance"].to_numpy(float), problem, len(places))


def _oracle(measured: _Measured, budget: float, allowed: np.ndarray | bool = True) -> Gain:
    """The gain of choosing among the rows allowed by one half, judged by the other, and the other way round."""
    halves = (measured.half_1, measured.half_2)
    gains = [_gain(np.where(allowed, by, -2.0), on, measured, budget) for by, on in (halves, halves[::-1])]

    def gain(weights: np.ndarray) -> float:
        return sum(gain(weights) for gain in gains) / 2

    return gain


def _gain(score: np.ndarray, advantage: np.ndarray, measured: _Measured, budget: float) -> Gain:
    """The mean advantage, per proposal, where a score is among its largest: as a function of problem weights.

    Rows with one value of the score share what is left of the budget.
    """
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    weight, problem = measured.weight[order], measured.problem[order]
    worth = weight * advantage[order]

    def gain(weights: np.ndarray) -> float:
        drawn = weights[problem]
        fired, gained = (np.append(0.0, np.cumsum(drawn * x)[ends]) for x in (weight, worth))
        return float(np.interp(budget * fired[-1], fired, gained) / fired[-1])

    return gain
