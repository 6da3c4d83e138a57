"""Claim C1 over RL seeds: how well each score tells RL's text from the base's."""

from functools import partial

import pandas as pd

from rlvr_direction.lab.anatomy import score_sources
from rlvr_direction.lab.claims import separation_of
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.arms import last_stage
from rlvr_direction.lab.tasks import TASKS, Task
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.pair import ModelPair

__all__ = ["plan", "separation"]


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each RL seed."""
    return [partial(_of_seed, task, last_stage(task, rl_seed), rl_seed, n) for rl_seed in range(seeds)]


def _of_seed(task: str, stage: str, rl_seed: int, n: int) -> pd.DataFrame:
    table = separation(load_toy_pair(task, stage), TASKS[task], n=n, seed=rl_seed)
    table.insert(0, "rl_seed", rl_seed)
    return table


def separation(pair: ModelPair, task: Task, *, n: int, seed: int) -> pd.DataFrame:
    """Claim C1 on `n` held-out problems of a pair: `level, score, auroc, low, high, overlap`, by score and level.

    `level` is "response" or "token" (where TV(base, rl) > .01). The row whose score is "lead" holds the deciding
    difference: delta_logp's oriented AUROC minus the best rival's, with its 95 % interval over problems.
    """
    tokens = score_sources(pair, task, task.problems(n, seed=seed), seed=seed)
    return separation_of(tokens, seed=seed)
