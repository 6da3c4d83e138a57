"""Claim C4t: random trees with tokens as actions, searched for one on which no gamma does as well as RL."""

from functools import partial

import pandas as pd

from rlvr_direction.lab.claims.trees import searched
from rlvr_direction.lab.parts import Part

__all__ = ["plan"]


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """`seeds` parts of `n` trees with 0/1 rewards and as many with real-valued ones; a tree knows no `task`."""
    return [partial(_searched, n, kind, seed) for seed in range(seeds) for kind in ("0/1", "real-valued")]


def _searched(n: int, rewards: str, seed: int) -> pd.DataFrame:
    return pd.DataFrame([searched(n, rewards, seed=seed)])
