"""The arms of an audit: what is tried on calibration problems, and what is then run on the judged ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, AtRandom, Criterion, Where, calibrate, mass

__all__ = ["BUDGETS", "COLDER", "GAMMAS", "REPLACED", "SCORE_OF", "Arm", "gate_at", "judged_arms", "tried_arms"]

BUDGETS = (0.02, 0.05, 0.1, 0.2)  # shares of the base's tokens that a gate selects
GAMMAS = (0.0, 0.1, 0.3, 1.0, 2.0)
COLDER = (Sampling(0.0), Sampling(0.3), Sampling(0.6), Sampling(0.6, 0.95), Sampling(1.0, 0.7), Sampling(1.0))
REPLACED = ("delta_logp", "kl_rl_base", "entropy_base", "random", "coin", "mirrored", "logp_rl")
SIDES = {"delta_logp": "<=", "logp_base": "<=", "logp_rl": "<="}  # of all other scores, high values are selected
SCORE_OF = {"mirrored": "delta_logp", "coin": "delta_logp"}


@dataclass(frozen=True)
class Arm:
    """One intervention at one sampling: `where` in its text form; `family` and `budget` label it."""

    family: str
    where: str
    budget: float = float("nan")
    gamma: float = 0.0
    temperature: float = 1.0
    top_p: float = 1.0

    @property
    def sampling(self) -> Sampling:
        """What the arm samples with."""
        return Sampling(self.temperature, self.top_p)


def gate_at(family: str, budget: float, scores: Mapping[str, np.ndarray] | pd.DataFrame) -> Where:
    """The criterion of a family that fires on a share `budget` of the proposer's tokens, whose `scores` are given.

    A family is the name of a score; "random", as often whatever the token; "coin", the coin matched to delta_logp; or
    "mirrored", delta_logp on its other side. Raises what `calibrate` raises.

    >>> str(gate_at("delta_logp", 0.5, {"delta_logp": np.array([-2.0, -0.5, 0.0, 0.1])}))
    'delta_logp<=-0.5'
    """
    if family == "random":
        return AtRandom(budget)
    name = SCORE_OF.get(family, family)
    side = ">=" if family == "mirrored" else SIDES.get(name, ">=")
    criterion = Criterion(name, side, calibrate(np.asarray(scores[name], dtype=float), side, budget))
    return AtRandom(mass(criterion)) if family == "coin" else criterion


def tried_arms(scores: pd.DataFrame, sampling: Sampling) -> list[Arm]:
    """What calibration problems choose from: delta_logp at each budget with each gamma, and RL colder than it is.

    `scores` are those of the base's own tokens on these problems.
    """
    plain = Arm("tried", str(NOWHERE), temperature=sampling.temperature, top_p=sampling.top_p)
    gates = {budget: str(gate_at("delta_logp", budget, scores)) for budget in BUDGETS}
    grid = [replace(plain, where=gate, budget=b, gamma=gamma) for b, gate in gates.items() for gamma in GAMMAS]
    alone = Arm("cold rl", str(EVERYWHERE), budget=1.0)
    colder = dict.fromkeys((*COLDER, sampling))  # RL as it is sampled anyway is one of them
    return grid + [replace(alone, temperature=s.temperature, top_p=s.top_p) for s in colder]


def judged_arms(scores: pd.DataFrame, tried: pd.DataFrame, sampling: Sampling) -> list[Arm]:
    """Both models alone, every family of `REPLACED` at every budget, and what the calibration problems chose.

    `tried` has the rows of `tried_arms` with their counts: "chosen" is the gate and gamma with the most right answers,
    "cold rl" the sampling of RL with the most; of several, the first.
    """
    plain = Arm("nowhere", str(NOWHERE), 0.0, temperature=sampling.temperature, top_p=sampling.top_p)
    ends = [plain, replace(plain, family="everywhere", where=str(EVERYWHERE), budget=1.0)]
    replaced = [
        replace(plain, family=family, where=str(gate_at(family, budget, scores)), budget=budget)
        for family in REPLACED
        for budget in BUDGETS
    ]
    arms = tried_arms(scores, sampling)
    gated = _best([arm for arm in arms if arm.family == "tried"], tried)
    cold = _best([arm for arm in arms if arm.family == "cold rl"], tried)
    return [*ends, *replaced, replace(gated, family="chosen"), cold]


def _best(arms: list[Arm], tried: pd.DataFrame) -> Arm:
    """The arm with the most right answers, of several the first."""
    keys = ["family", "where", "budget", "gamma", "temperature", "top_p"]
    right = tried.groupby(keys)["correct"].sum()
    return max(arms, key=lambda arm: right[tuple(getattr(arm, key) for key in keys)])
