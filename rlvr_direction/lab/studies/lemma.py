"""Claim C3a: Lemma 3.1 against autograd, at two temperatures."""

from functools import partial

import pandas as pd

from rlvr_direction.lab.anatomy import lemma_errors
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.claims.c3a import TEMPERATURES
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import NOISE, problems_of
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair, stages

__all__ = ["plan"]


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each RL seed and temperature, T = 1 first."""
    return [partial(_of, task, rl_seed, t, n) for rl_seed in range(seeds) for t in TEMPERATURES]


def _of(task: str, rl_seed: int, temperature: float, n: int) -> pd.DataFrame:
    """The base's responses under the first checkpoint of RL, which is far enough from it for tokens to be clipped."""
    pair = load_toy_pair(task, stages(require(TOYS / task), seed=rl_seed)[0])
    how = {"seed": NOISE["judged"], "temperature": temperature}
    return lemma_errors(pair, TASKS[task], problems_of(task, n, "judged"), **how).assign(rl_seed=rl_seed)
