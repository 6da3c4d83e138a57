"""Extrapolation in weights (ExPO) against extrapolation in logits, from the committed checkpoints of RL seed 0."""

from copy import deepcopy
from functools import partial

import pandas as pd
import torch
from transformers import PreTrainedModel

from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.travel import SAMPLINGS, measure
from rlvr_direction.lab.toys import load_toy_pair, stages
from rlvr_direction.pair import ModelPair

__all__ = ["GAMMAS", "beyond", "plan"]

GAMMAS = (0.1, 0.3, 0.5, 1.0)


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each stage of RL seed 0, whatever `seeds` is."""
    return [partial(_both, task, stage, n) for stage in stages(require(TOYS) / task)]


def _both(task: str, stage: str, n: int) -> pd.DataFrame:
    """The columns of `measure`, `checkpoint`, and `space`: "logits", "weights", or "rl" for gamma 0, which is both."""
    pair = load_toy_pair(task, stage)
    ways = [("rl", pair, 0.0, 0.0)]
    for gamma in GAMMAS:
        moved = ModelPair(pair.base, beyond(pair.base, pair.rl, gamma), pair.tokenizer)
        ways += [("logits", pair, gamma, gamma), ("weights", moved, gamma, 0.0)]
    tables = [
        measure(of, task, tilt, how, n).assign(space=space, gamma=gamma)
        for space, of, gamma, tilt in ways
        for how in SAMPLINGS
    ]
    return pd.concat(tables, ignore_index=True).assign(checkpoint=stage)


@torch.no_grad()
def beyond(base: PreTrainedModel, rl: PreTrainedModel, gamma: float) -> PreTrainedModel:
    """A model with the weights base + (1 + gamma) (rl - base): gamma -1 is the base, 0 is RL."""
    moved = deepcopy(rl)
    for weight, start in zip(moved.parameters(), base.parameters(), strict=True):
        weight.add_(gamma * (weight - start))
    return moved
