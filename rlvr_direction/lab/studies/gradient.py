"""Claims C3a and C3b: the lemma against autograd, and how much of the gradient the rare tokens of rollouts carry."""

from functools import partial

import pandas as pd

from rlvr_direction.lab.anatomy import lemma_errors, rollout_tokens
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.claims.gradient import mass_by_problem
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.arms import last_stage
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair, stages
from rlvr_direction.scores import SCORES, Proposer

__all__ = ["POLICIES", "plan", "plan_lemma"]

POLICIES: dict[str, Proposer] = {"start of RL": "base", "end of RL": "rl"}


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each RL seed and stage: eight responses to each problem, summed problem by problem."""
    return [partial(_of_stage, task, stage, rl_seed, n) for rl_seed in range(seeds) for stage in POLICIES]


def plan_lemma(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each RL seed: responses of the base under the first checkpoint of RL, far enough to be clipped."""
    return [partial(_lemma, task, rl_seed, n) for rl_seed in range(seeds)]


def _of_stage(task: str, stage: str, rl_seed: int, n: int) -> pd.DataFrame:
    pair, problems = load_toy_pair(task, last_stage(task, rl_seed)), TASKS[task].problems(n, seed=rl_seed)
    scores = {name: SCORES[name] for name in ("logp_base", "logp_rl")}
    policy = POLICIES[stage]
    tokens = rollout_tokens(pair, TASKS[task], problems, policy=policy, group_size=8, seed=rl_seed, scores=scores)
    return mass_by_problem(tokens).assign(stage=stage, rl_seed=rl_seed)


def _lemma(task: str, rl_seed: int, n: int) -> pd.DataFrame:
    pair = load_toy_pair(task, stages(TOYS / task)[0])
    found = lemma_errors(pair, TASKS[task], TASKS[task].problems(n, seed=rl_seed), seed=rl_seed)
    return found.assign(rl_seed=rl_seed)
