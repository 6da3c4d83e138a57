"""Question Q4: both methods together, trained plainly or reweighted, decoded plainly or by selective extrapolation."""

from copy import deepcopy
from functools import partial
from typing import Any

import pandas as pd
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback

from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, Intervention
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.studies.any_pair import answers, cold, extrapolated
from rlvr_direction.lab.studies.arms import CALIBRATION
from rlvr_direction.lab.studies.methods import size_of, train
from rlvr_direction.lab.studies.weightings import best_rate
from rlvr_direction.lab.toys.rl import UPDATES_PER_ROLLOUT
from rlvr_direction.pair import ModelPair

__all__ = ["plan"]

METHODS = ("DAPO", "paper")
TOP_P = 0.7
COUNTS = ("correct", "n_tokens", "n_selected", "n_changed")


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each seed and method of training, at the rate that `tuning` found."""
    rate = best_rate(task)
    return [partial(_of_run, task, method, seed, rate, n) for seed in range(seeds) for method in METHODS]


def _of_run(task: str, method: str, seed: int, rate: float, n: int, calibration: int = CALIBRATION) -> pd.DataFrame:
    """Train one run and decode with it at a third of its rollouts and at the end: one row per stage and `decoding`.

    Decodings: RL alone ("plain"), "selective" extrapolation, "gamma 0" under its gate, and "cold rl". The columns are
    sums over `problems`.
    """
    rollouts = size_of(task).rollouts
    kept = _Kept((rollouts // 3, rollouts))
    train(task, method, seed, rate, kept)
    folder = require(TOYS / task / "base")
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tables = []
    for at, model in kept.models.items():
        pair, alone = ModelPair(base, model, tokenizer), Intervention(EVERYWHERE)
        plain = answers(pair, task, alone, Sampling(top_p=TOP_P), n=n, purpose="judged").assign(family="plain")
        selective = extrapolated(pair, task, TOP_P, n=n, calibration=calibration)
        arms = pd.concat([plain, selective, cold(pair, task, n=n, calibration=calibration)])
        by = ["family", "where", "gamma", "temperature", "top_p"]
        counts = arms.groupby(by, sort=False)[list(COUNTS)].sum().reset_index()
        tables.append(counts.rename(columns={"family": "decoding"}).assign(rollouts=at, problems=n))
    return pd.concat(tables, ignore_index=True).assign(method=method, seed=seed, rate=rate)


class _Kept(TrainerCallback):
    """Keeps a copy of the model after each of some numbers of rollouts."""

    def __init__(self, rollouts: tuple[int, ...]) -> None:
        self._rollouts, self.models = rollouts, {}

    def on_step_end(self, _arguments: Any, state: Any, _control: Any, model: Any = None, **_objects: Any) -> None:
        at, inside = divmod(state.global_step, UPDATES_PER_ROLLOUT)
        if at in self._rollouts and not inside:
            self.models[at] = deepcopy(model).eval()
