"""Claims C2 and C2f, and what surrounds them: accuracy against the share of tokens replaced."""

from functools import partial
from typing import NamedTuple

from rlvr_direction.interventions import AtRandom, mass
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.arms import FAMILIES, Arm, last_stage, run_arm, threshold
from rlvr_direction.scores import Proposer

__all__ = ["BUDGETS", "arms", "plan"]

BUDGETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
DECIDING = (0.02, 0.05, 0.1, 0.2)
EVERY_FAMILY = (*FAMILIES, "random", "coin")
AT_70_PERCENT = ("delta_logp", "kl_rl_base", "entropy_base", "random")
SAMPLED = ("delta_logp", "kl_rl_base", "abs_delta_logp")
ENDS = {"nowhere": 0.0, "everywhere": 1.0}
SEED_PROBLEMS = 500


class Curves(NamedTuple):
    """The two ends, every family at every budget, and some at 0.7; `samples` where a verdict hangs on it."""

    part: str
    families: tuple[str, ...]
    budgets: tuple[float, ...]
    at_70_percent: tuple[str, ...]
    samples: int = 1
    propose: Proposer = "base"
    gamma: float = 0.0
    top_p: float = 1.0
    reads: str = "raw"


CURVES = Curves("curves", EVERY_FAMILY, BUDGETS, AT_70_PERCENT, samples=4)
BACKWARD = Curves("backward", ("delta_logp", "kl_rl_base", "random"), BUDGETS, (), propose="rl", gamma=-1.0)
SEEDS = Curves("seeds", EVERY_FAMILY, (*DECIDING, 0.4), AT_70_PERCENT)
TOP_P = Curves("top_p", EVERY_FAMILY, DECIDING, AT_70_PERCENT, top_p=0.7)
TOP_P_SAMPLED = Curves("top_p sampled", SAMPLED, DECIDING, SAMPLED[:2], top_p=0.7, reads="sampled")
COLDER = ((0.0, 1.0), (0.25, 1.0), (0.25, 0.7), (0.5, 1.0), (0.5, 0.7), (0.7, 1.0), (0.7, 0.7), (1.0, 1.0), (1.0, 0.7))


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each arm."""
    return [partial(run_arm, task, arm) for arm in arms(task, seeds=seeds, n=n)]


def arms(task: str, *, seeds: int, n: int) -> list[Arm]:
    """Curves for every criterion, then backward, the RL seeds, the paper's top_p with both readings, and sharpening.

    Sharpening is each model alone over temperature and top_p: what a colder policy does without the other model.
    """
    own, others = last_stage(task), [(seed, last_stage(task, seed)) for seed in range(1, seeds)]
    return [
        *_arms_of(task, CURVES, own, n),
        *_arms_of(task, BACKWARD, own, n),
        *(arm for seed, stage in others for arm in _arms_of(task, SEEDS, stage, min(n, SEED_PROBLEMS), rl_seed=seed)),
        *_arms_of(task, TOP_P, own, n),
        *_arms_of(task, TOP_P_SAMPLED, own, n),
        *(
            Arm("sharpening", end, end, own, budget=budget, temperature=temperature, top_p=top_p, problems=n)
            for end, budget in ENDS.items()
            for temperature, top_p in COLDER
        ),
    ]


def _arms_of(task: str, curves: Curves, stage: str, n: int, *, rl_seed: int = 0) -> list[Arm]:
    part, families, budgets, at_70_percent, samples, propose, gamma, top_p, reads = curves
    cells = [(family, budget) for budget in budgets for family in families]
    cells += [(family, 0.7) for family in at_70_percent]
    where = partial(_where, task, stage=stage, propose=propose, top_p=top_p, reads=reads)
    asked = [(end, end, budget) for end, budget in ENDS.items()]
    asked += [(family, where(family, budget), budget) for family, budget in cells]
    common = {"gamma": gamma, "propose": propose, "top_p": top_p, "rl_seed": rl_seed, "problems": n}
    deciding = (*ENDS.values(), *DECIDING)
    return [
        Arm(part, family, criterion, stage, budget, samples=samples if budget in deciding else 1, **common)
        for family, criterion, budget in asked
    ]


def _where(task: str, family: str, budget: float, **of: object) -> str:
    """A family's criterion at a budget, in its text form; the coin is matched to delta_logp's."""
    if family == "random":
        return str(AtRandom(budget))
    criterion = threshold(task, "delta_logp" if family == "coin" else family, budget, **of)
    return str(AtRandom(mass(criterion)) if family == "coin" else criterion)
