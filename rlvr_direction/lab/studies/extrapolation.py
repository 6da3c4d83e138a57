"""Claims C4b and C4c: accuracy over gamma, threshold and training stage, chosen on other problems than judged."""

from dataclasses import replace
from functools import partial

import pandas as pd

from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.arms import Arm, last_stage, run_arm
from rlvr_direction.lab.toys import stages

__all__ = ["GAMMAS", "GATES", "choose", "plan"]

GAMMAS = (0.0, 0.1, 0.3, 1.0, 2.0)
GATES = ("delta_logp<=-1.0", "delta_logp<=-0.3", "delta_logp<=-0.1", "everywhere")
OWN_GATES = ("delta_logp<=-0.3", "delta_logp<=0.0", "delta_logp<=0.3", "delta_logp<=1.0", "everywhere")
SEED_PROBLEMS = 500


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """Maps of every stage, the deciding contrasts of every stage and RL seed, top_p = .7, and RL's own samples."""
    own, trained, few = last_stage(task), stages(TOYS / task), min(n, SEED_PROBLEMS)
    own_samples = [
        Arm("own samples", gate, gate, own, gamma=gamma, propose="rl", problems=n)
        for gate in OWN_GATES
        for gamma in GAMMAS[1:4]
    ]
    return [
        *(partial(run_arm, task, arm) for stage in trained for arm in _map("map", stage, n)),
        *(partial(_decide, task, "decide", stage, n) for stage in trained),
        *(partial(_decide, task, "seeds", last_stage(task, seed), few, rl_seed=seed) for seed in range(1, seeds)),
        partial(_decide, task, "top_p", own, n, top_p=0.7),
        *(partial(run_arm, task, arm) for arm in own_samples),
    ]


def choose(calibration: pd.DataFrame) -> tuple[str, float]:
    """The gate and the gamma above 0 with the most right answers on calibration problems.

    The gate that is always open is not chosen: it selects nothing.
    """
    tried = calibration[(calibration["gamma"] > 0) & (calibration["where"] != "everywhere")]
    right = tried.groupby(["where", "gamma"], sort=False)["correct"].sum()
    return right.idxmax()


def _map(part: str, stage: str, n: int, **common: object) -> list[Arm]:
    return [Arm(part, gate, gate, stage, gamma=gamma, problems=n, **common) for gate in GATES for gamma in GAMMAS]


def _decide(task: str, part: str, stage: str, n: int, *, rl_seed: int = 0, top_p: float = 1.0) -> pd.DataFrame:
    """The calibration map of a stage, and on other problems the chosen cell, gamma 0 under its gate, and RL alone."""
    cells = _map(f"{part}: calibration", stage, n, rl_seed=rl_seed, top_p=top_p)
    calibration = pd.concat([run_arm(task, arm, calibration=True) for arm in cells], ignore_index=True)
    gate, gamma = choose(calibration)
    chosen = Arm(part, "chosen", gate, stage, gamma=gamma, samples=4, problems=n, rl_seed=rl_seed, top_p=top_p)
    contrasts = [
        chosen,
        replace(chosen, family="gamma 0", gamma=0.0),
        replace(chosen, family="rl", where="everywhere", gamma=0.0),
        replace(chosen, family="global", where="everywhere"),
    ]
    return pd.concat([calibration, *(run_arm(task, arm) for arm in contrasts)], ignore_index=True)
