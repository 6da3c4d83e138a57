"""Claim C3b: how the gradient of a stage's own rollouts is shared out between rare and common tokens."""

from functools import partial

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from rlvr_direction.lab.anatomy import rollout_tokens
from rlvr_direction.lab.claims.gradient import BOUNDS, by_problem
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import NOISE, checkpoint, finished_seeds, problems_of
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.scores import SCORES, Proposer, View

__all__ = ["forced", "plan"]

START, FINISHED = "start of RL", "finished stage"


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for the base, from which all RL seeds start, and one for the finished stage of each that has one."""
    at_the_end = [partial(_of_stage, task, "rl", rl_seed, n) for rl_seed in finished_seeds(task, seeds)]
    return [partial(_of_stage, task, "base", 0, n), *at_the_end]


def forced(policy: Proposer, view: View, _: Tensor) -> Float[Tensor, "*batch bounds"]:
    """The sum of p (1 - p) over a policy's vocabulary at each position, and over tokens with p below each bound."""
    p = getattr(view.raw, policy).double().exp()
    spread = p * (1 - p)
    return torch.stack([spread.sum(-1), *(torch.where(p < bound, spread, 0.0).sum(-1) for bound in BOUNDS)], dim=-1)


def _of_stage(task: str, policy: Proposer, rl_seed: int, n: int) -> pd.DataFrame:
    """Eight responses to each problem at T = 1 and top_p = 1, summed problem by problem."""
    pair, problems = load_toy_pair(task, checkpoint(task, "finished", rl_seed)), problems_of(task, n, "judged")
    scores = {f"logp_{policy}": SCORES[f"logp_{policy}"], "forced": partial(forced, policy)}
    how = {"policy": policy, "group_size": 8, "seed": NOISE["judged"], "scores": scores}
    table = by_problem(rollout_tokens(pair, TASKS[task], problems, **how))
    return table.assign(stage=START if policy == "base" else FINISHED, rl_seed=rl_seed)
