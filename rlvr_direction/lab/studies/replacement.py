"""Claims C2 and C2f, and what surrounds them: accuracy against the share of tokens replaced."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from rlvr_direction.interventions import AtRandom, mass
from rlvr_direction.lab.studies.arms import FAMILIES, Arm, last_stage, run_arm, threshold

__all__ = ["BUDGETS", "arms", "plan"]

BUDGETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
DECIDING = (0.02, 0.05, 0.1, 0.2)
RATIO_FAMILIES = ("delta_logp", "kl_rl_base", "entropy_base", "random")
BACKWARD = ("delta_logp", "kl_rl_base", "random")
SEED_PROBLEMS = 500


def plan(task: str, *, seeds: int, n: int) -> list[Callable[[], pd.DataFrame]]:
    """A part for each arm."""
    return [partial(run_arm, task, arm) for arm in arms(task, seeds=seeds, n=n)]


def arms(task: str, *, seeds: int, n: int) -> list[Arm]:
    """Curves for every criterion, then backward, the RL seeds, the paper's top_p with both readings, and sharpening."""
    own = last_stage(task)
    found = _curves(task, "curves", own, BUDGETS, problems=n, deciding=4)
    found += _backward(task, own, n)
    for rl_seed in range(1, seeds):
        stage = last_stage(task, rl_seed)
        few = min(n, SEED_PROBLEMS)
        found += _curves(task, "seeds", stage, (*DECIDING, 0.4), problems=few, rl_seed=rl_seed)
    found += _curves(task, "top_p", own, DECIDING, problems=n, top_p=0.7)
    found += _curves(task, "top_p sampled", own, DECIDING, problems=n, top_p=0.7, reads="sampled")
    return found + _sharpening(own, n)


def _curves(
    task: str,
    part: str,
    stage: str,
    budgets: tuple[float, ...],
    *,
    problems: int,
    rl_seed: int = 0,
    top_p: float = 1.0,
    reads: str = "raw",
    deciding: int = 1,
) -> list[Arm]:
    """Every family at every budget, and the two ends; `deciding` samples where a verdict hangs on it."""
    common = {"part": part, "stage": stage, "problems": problems, "rl_seed": rl_seed, "top_p": top_p}
    ends = [Arm(family=end, where=end, budget=b, samples=deciding, **common) for end, b in ENDS.items()]
    families = FAMILIES if reads == "raw" else ("delta_logp", "kl_rl_base", "abs_delta_logp")
    found = []
    for budget in (*budgets, 0.7):
        more = {"budget": budget, "samples": deciding if budget in DECIDING else 1, **common}
        fire = partial(threshold, task, budget=budget, stage=stage, top_p=top_p, reads=reads)
        asked = [family for family in families if budget < 0.7 or family in RATIO_FAMILIES]
        found += [Arm(family=family, where=str(fire(family)), **more) for family in asked]
        if reads == "raw":
            found.append(Arm(family="random", where=str(AtRandom(budget)), **more))
        if reads == "raw" and budget < 0.7:
            coin = AtRandom(mass(fire("delta_logp")))
            found.append(Arm(family="coin", where=str(coin), **more))
    return ends + found


def _backward(task: str, stage: str, n: int) -> list[Arm]:
    """RL writes, and the base takes tokens back."""
    common = {"part": "backward", "stage": stage, "problems": n, "propose": "rl", "gamma": -1.0}
    found = [Arm(family=end, where=end, budget=budget, **common) for end, budget in ENDS.items()]
    for budget in BUDGETS:
        for family in BACKWARD:
            fire = partial(threshold, task, budget=budget, stage=stage, propose="rl", reads="raw")
            where = AtRandom(budget) if family == "random" else fire(family)
            found.append(Arm(family=family, where=str(where), budget=budget, **common))
    return found


def _sharpening(stage: str, n: int) -> list[Arm]:
    """Each model alone over temperature and top_p: what a colder policy does without the other model."""
    cells = [(t, p) for t in (0.0, 0.25, 0.5, 0.7, 1.0) for p in ((1.0,) if t == 0 else (1.0, 0.7))]
    return [
        Arm("sharpening", end, end, stage, budget=budget, temperature=t, top_p=p, problems=n)
        for end, budget in ENDS.items()
        for t, p in cells
    ]


ENDS = {"nowhere": 0.0, "everywhere": 1.0}
