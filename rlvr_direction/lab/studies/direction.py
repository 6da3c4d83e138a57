"""Claim C1 over RL seeds: how well each score tells RL's text from the base's."""

from functools import partial

import pandas as pd

from rlvr_direction.lab.anatomy import score_sources
from rlvr_direction.lab.claims.direction import separation_of
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.arms import last_stage
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair

__all__ = ["plan"]


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each RL seed."""
    return [partial(_of_seed, task, last_stage(task, rl_seed), rl_seed, n) for rl_seed in range(seeds)]


def _of_seed(task: str, stage: str, rl_seed: int, n: int) -> pd.DataFrame:
    problems = TASKS[task].problems(n, seed=rl_seed)
    tokens = score_sources(load_toy_pair(task, stage), TASKS[task], problems, seed=rl_seed)
    table = separation_of(tokens, seed=rl_seed)
    table.insert(0, "rl_seed", rl_seed)
    return table
