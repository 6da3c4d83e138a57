"""Methods of training that claims C3c and C5 compare, and one run of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PrinterCallback, TrainerCallback

from rlvr_direction import reweighting as weightings
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import respond
from rlvr_direction.interventions import NOWHERE, Intervention
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.regime import NOISE, Purpose, problems_of
from rlvr_direction.lab.tasks import TASKS, Problem
from rlvr_direction.lab.toys.rl import UPDATES_PER_ROLLOUT, grpo_config, per_rollout
from rlvr_direction.pair import ModelPair
from rlvr_direction.statistics import pass_at_k
from rlvr_direction.training import ReweightedGRPOTrainer
from rlvr_direction.training.prompts import prompts_of, reward_of, without_known_warnings

__all__ = ["METHODS", "Method", "train_once"]

ROLLOUTS, PROMPTS, GENERATIONS = 60, 16, 8
EVALUATE_EVERY = 10  # rollouts
DIRECTION_EVERY = 5 * UPDATES_PER_ROLLOUT
PASS_PROBLEMS, KS = 200, (1, 2, 4, 8, 16, 32)
METRICS = {
    "reward": "reward",
    "entropy": "entropy",
    "completions/mean_length": "length",
    "weight_mean": "weight_mean",
    "direction/positive_rise": "positive_rise",
    "direction/negative_fall": "negative_fall",
}


@dataclass(frozen=True)
class Method:
    """How to train: a weighting, and settings that differ from the preset's."""

    weighting: weightings.Weighting = weightings.uniform
    settings: Mapping[str, Any] = field(default_factory=dict)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "DAPO": Method(),
        "paper": Method(weightings.low_probability(0.2)),
        "paper, mean 1": Method(weightings.mean_one(weightings.low_probability(0.2))),
        "Dominate": Method(weightings.high_probability(0.3)),
        "PPL": Method(weightings.perplexity(0.1)),
        "top-p 0.9": Method(settings={"top_p": 0.9}),
        "negative only": Method(weightings.negative_only(weightings.low_probability(0.2))),
        "keep below": Method(weightings.keep_below(0.2)),
        "keep above": Method(weightings.keep_above(0.2)),
        "top-p 0.9, truncated": Method(settings={"top_p": 0.9, "truncated_behaviour": True}),
    }
)


def train_once(task: str, name: str, seed: int, rate: float, n: int, purpose: Purpose) -> pd.DataFrame:
    """Train one method from the toy's base: one row per rollout.

    Columns: `method, seed, rate, rollout, reward, entropy` (nats), `length` (tokens), `weight_mean`; `positive_rise`
    and `negative_fall` (direction correctness) every fifth rollout; `accuracy` at T = 1, top_p = 1 on the first `n`
    problems of a purpose every tenth rollout; `pass@1` to `pass@32` in the last.
    """
    method, folder = METHODS[name], require(TOYS / task / "base")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    measured = _Measured(task, tokenizer, n, purpose)
    with TemporaryDirectory() as scratch, without_known_warnings():
        trainer = ReweightedGRPOTrainer(
            model,
            reward_of(TASKS[task], tokenizer),
            grpo_config(
                TASKS[task],
                scratch,
                seed=seed,
                rollouts=ROLLOUTS,
                prompts=PROMPTS,
                generations=GENERATIONS,
                learning_rate=rate,
                save_strategy="no",
                direction_every=DIRECTION_EVERY,
                disable_tqdm=True,
                **method.settings,
            ),
            prompts_of(TASKS[task], ROLLOUTS * PROMPTS, seed=seed),
            processing_class=tokenizer,
            callbacks=[measured],
            weighting=method.weighting,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    history, evaluated = per_rollout(trainer.state.log_history, METRICS), pd.DataFrame(measured.rows)
    return history.merge(evaluated, on="rollout", how="outer").assign(method=name, seed=seed, rate=rate)


class _Measured(TrainerCallback):
    """Accuracy of the model before training and after every tenth rollout, and pass@k after the last."""

    def __init__(self, task: str, tokenizer: Any, n: int, purpose: Purpose) -> None:
        self._task, self._tokenizer, self.rows = TASKS[task], tokenizer, []
        self._problems, self._seed = problems_of(task, n, purpose), NOISE[purpose]

    def on_step_end(self, _arguments: Any, state: Any, _control: Any, model: Any = None, **_objects: Any) -> None:
        rollout, inside = divmod(state.global_step, UPDATES_PER_ROLLOUT)
        if inside or rollout % EVALUATE_EVERY:
            return
        row = {"rollout": rollout, "accuracy": self._right(model, self._problems, 1).mean()}
        if rollout == ROLLOUTS:
            right = self._right(model, self._problems[:PASS_PROBLEMS], KS[-1])
            row |= {f"pass@{k}": pass_at_k(right, KS[-1], k).mean() for k in KS}
        self.rows.append(row)

    on_train_begin = on_step_end

    def _right(self, model: torch.nn.Module, problems: list[Problem], samples: int) -> np.ndarray:
        """How many of its samples are right, one number per problem; every run and stage shares the noise."""
        model.eval()
        pair, alone = ModelPair(model, model, self._tokenizer), Intervention(NOWHERE)
        table = respond(pair, self._task, problems, alone, Sampling(), samples=samples, seed=self._seed, block=1)
        model.train()
        return table.groupby("problem_id")["correct"].sum().to_numpy()
