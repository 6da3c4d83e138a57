"""Claims C2, C2c, C2f, C2g, C2h and B5, questions Q2 and Q9: gates that replace the base's tokens by RL's.

In each cell: both models alone, RL at its best sampling ("cold rl"), and every gate at several budgets, which are
shares of tokens *selected* on calibration problems; the shares changed, at which gates are compared, follow from them.
delta_logp's budgets are also run on calibration problems, where the best one is chosen (C2h). On the small tasks RL
seed 0 adds, in the deciding cell, replacement backward (RL proposes, the base acts) and gates that read the truncated
policies (Q9); their families are called "backward ..." and "sampled ...". On `worded` an arm costs minutes: it has
fewer budgets, only the arms that a rule names, and neither of the two additions.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd

from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import CELLS, DECIDING, JUDGED, Cell, Purpose, checkpoint
from rlvr_direction.lab.studies import arms
from rlvr_direction.lab.studies.arms import Arm, cold_rl, run_arm, run_arms, where_of

__all__ = ["asked_of", "cells_of", "cold", "measure", "plan"]

Asked = Sequence[tuple[str, float]]  # families and their budgets
ENDS = (("nowhere", 0.0), ("everywhere", 1.0))
CURVES = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.4, 0.7)  # and 1.0, which is everywhere
RIVALS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7)
SMALL = {
    **dict.fromkeys(("delta_logp", "kl_rl_base", "entropy_base", "random"), CURVES),
    **dict.fromkeys(("mirrored", "mass", "coin", "abs_delta_logp", "logp_rl", "logp_base", "gap_to_rl_argmax"), RIVALS),
}
WORDED = {  # on either side of 2 and 5 % of tokens changed, where few tokens make much of a difference
    "delta_logp": (0.01, 0.02, 0.03, 0.05, 0.1, 0.2),
    "kl_rl_base": (0.03, 0.05, 0.1, 0.2),
    "entropy_base": (0.03, 0.1, 0.2),
    "random": (0.03, 0.2, 0.5),
    "mirrored": (0.1, 0.7),
    "mass": (0.03, 0.05, 0.15),
    "coin": (0.03, 0.05, 0.15),
    "abs_delta_logp": (0.02, 0.03, 0.05, 0.1, 0.2),
    "logp_base": (0.03, 0.1),
    **dict.fromkeys(("logp_rl", "gap_to_rl_argmax"), (0.02, 0.03, 0.05, 0.1)),
}
BACKWARD = ("delta_logp", "kl_rl_base", "random"), (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
SAMPLED = ("delta_logp", "kl_rl_base", "abs_delta_logp"), (0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
AT_A_TIME = {"worded": 2}  # arms in a part; elsewhere all budgets of a family
Make = Callable[[str, Cell, int, str, float], Arm]


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each family, or for a few of its budgets, in each cell and RL seed; then the additions of seed 0."""
    n, parts, families = min(n, JUDGED[task]), [], asked_of(task)
    calibrated = {"n": arms.CALIBRATION, "purpose": "calibration"}
    for cell, rl_seed in cells_of(task, seeds):
        here = partial(_parts, task, cell, rl_seed)
        parts += [partial(measure, task, cell, rl_seed, ENDS, n=n)]
        parts += here(families, n=n) + here({"delta_logp": families["delta_logp"]}, **calibrated)
    of_stages = {(cell.stage, rl_seed): [] for cell, rl_seed in cells_of(task, seeds)}
    for cell, rl_seed in cells_of(task, seeds):
        of_stages[cell.stage, rl_seed].append(cell)
    parts += [partial(cold, task, tuple(cells), rl_seed, n=n) for (_, rl_seed), cells in of_stages.items()]
    if task != "worded":
        for (names, budgets), make in ((BACKWARD, backward), (SAMPLED, sampled)):
            parts += _parts(task, DECIDING, 0, dict.fromkeys(names, budgets), n=n, make=make)
    return parts


def cells_of(task: str, seeds: int) -> list[tuple[Cell, int]]:
    """The deciding cell with RL seeds 0 to `seeds` - 1, and the others with seed 0.

    Raises FileNotFoundError where a checkpoint is not there.
    """
    cells = [(DECIDING, seed) for seed in range(seeds)] + [(cell, 0) for cell in CELLS if cell != DECIDING]
    for cell, rl_seed in cells:
        checkpoint(task, cell.stage, rl_seed)
    return cells


def asked_of(task: str) -> Mapping[str, tuple[float, ...]]:
    """The families of gates that are run on a task, and their budgets."""
    return WORDED if task == "worded" else SMALL


def forward(task: str, cell: Cell, rl_seed: int, family: str, budget: float) -> Arm:
    """The base proposes and RL acts."""
    where = family if (family, budget) in ENDS else where_of(task, cell, rl_seed, family, budget)
    return Arm.of(task, cell, rl_seed, family, where, budget=budget)


def backward(task: str, cell: Cell, rl_seed: int, family: str, budget: float) -> Arm:
    """RL proposes and the base acts."""
    where = where_of(task, cell, rl_seed, family, budget, propose="rl")
    of = {"budget": budget, "gamma": -1.0, "propose": "rl"}
    return Arm.of(task, cell, rl_seed, f"backward {family}", where, **of)


def sampled(task: str, cell: Cell, rl_seed: int, family: str, budget: float) -> Arm:
    """The base proposes and RL acts where a criterion fires that reads the truncated policies."""
    where = where_of(task, cell, rl_seed, family, budget, reads="sampled")
    return Arm.of(task, cell, rl_seed, f"sampled {family}", where, budget=budget)


def measure(
    task: str, cell: Cell, rl_seed: int, asked: Asked, *, n: int, purpose: Purpose = "judged", make: Make = forward
) -> pd.DataFrame:
    """The rows of `run_arms` for some families and budgets; thresholds are calibrated here."""
    return run_arms(task, [make(task, cell, rl_seed, *which) for which in asked], n=n, purpose=purpose)


def cold(task: str, cells: Sequence[Cell], rl_seed: int, *, n: int) -> pd.DataFrame:
    """RL alone at its best sampling, and the calibration rows that it was chosen by, for all cells of one stage."""
    arm, tried = cold_rl(task, cells[0], rl_seed)
    rows = pd.concat([tried, run_arm(task, arm, n=n)])
    return pd.concat([rows.assign(cell=str(cell)) for cell in cells], ignore_index=True)


def _parts(task: str, cell: Cell, rl_seed: int, families: Mapping[str, Sequence[float]], **how: object) -> list[Part]:
    parts = []
    for family, budgets in families.items():
        step = AT_A_TIME.get(task, len(budgets))
        for start in range(0, len(budgets), step):
            asked = tuple((family, budget) for budget in budgets[start : start + step])
            parts.append(partial(measure, task, cell, rl_seed, asked, **how))
    return parts
