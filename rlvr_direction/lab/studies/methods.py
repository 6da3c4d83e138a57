"""Methods of training that claims C3c and C5 compare, and one run of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PrinterCallback, TrainerCallback

from rlvr_direction import reweighting as weightings
from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import respond
from rlvr_direction.interventions import NOWHERE, Intervention
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.compact import trainer_class
from rlvr_direction.lab.regime import NOISE, Purpose, problems_of
from rlvr_direction.lab.tasks import TASKS, Problem
from rlvr_direction.lab.toys.rl import UPDATES_PER_ROLLOUT, grpo_config, per_rollout
from rlvr_direction.pair import ModelPair
from rlvr_direction.statistics import pass_at_k
from rlvr_direction.training import ReweightedGRPOTrainer
from rlvr_direction.training.prompts import prompts_of, reward_of, without_known_warnings

__all__ = ["METHODS", "SIZES", "Method", "Size", "size_of", "train", "train_once"]

DIRECTION_EVERY = 5 * UPDATES_PER_ROLLOUT
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
        "STARE": Method(weightings.surprisal_top()),
        "top-p 0.9": Method(settings={"top_p": 0.9}),
        "negative only": Method(weightings.negative_only(weightings.low_probability(0.2))),
        "keep below": Method(weightings.keep_below(0.2)),
        "keep above": Method(weightings.keep_above(0.2)),
        "top-p 0.9, truncated": Method(settings={"top_p": 0.9, "truncated_behaviour": True}),
    }
)


class Size(NamedTuple):
    """How long a run is: rollouts of `generations` responses to `prompts` each, and how often and on what it is judged.

    Accuracy is measured every `evaluate_every` rollouts, on `most_problems` problems if more are asked for; Pass@k for
    each of `ks` at the end, on `pass_problems`.
    """

    rollouts: int = 60
    prompts: int = 16
    generations: int = 8
    evaluate_every: int = 10
    most_problems: int | None = None
    pass_problems: int = 200
    ks: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    dynamic_sampling: bool = True


SIZES: Mapping[str, Size] = MappingProxyType(
    {  # long responses: a look, without the paper's dynamic sampling, which would generate up to four times as many
        "worded": Size(
            12, evaluate_every=4, most_problems=200, pass_problems=50, ks=(1, 2, 4, 8), dynamic_sampling=False
        )
    }
)


def size_of(task: str) -> Size:
    """How long the runs of a task are."""
    return SIZES.get(task, Size())


def train_once(task: str, name: str, seed: int, rate: float, n: int, purpose: Purpose) -> pd.DataFrame:
    """Train one method from the toy's base: one row per rollout.

    Columns: `method, seed, rate, rollout, reward, entropy` (nats), `length` (tokens), `weight_mean`; `positive_rise`
    and `negative_fall` (direction correctness) every fifth rollout; `accuracy` at T = 1, top_p = 1 on the first `n`
    problems of a purpose every tenth rollout; `pass@1` to `pass@32` in the last.
    Runs on `worded` are shorter (`SIZES`).
    """
    tokenizer = AutoTokenizer.from_pretrained(require(TOYS / task / "base"))
    measured = _Measured(task, tokenizer, n, purpose)
    history = per_rollout(train(task, name, seed, rate, measured).state.log_history, METRICS)
    evaluated = pd.DataFrame(measured.rows)
    return history.merge(evaluated, on="rollout", how="outer").assign(method=name, seed=seed, rate=rate)


def train(task: str, name: str, seed: int, rate: float, callback: TrainerCallback) -> ReweightedGRPOTrainer:
    """Train one method from the toy's base, with a callback; the trainer holds the model and the log."""
    method, folder, size = METHODS[name], require(TOYS / task / "base"), size_of(task)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with TemporaryDirectory() as scratch, without_known_warnings():
        trainer = trainer_class()(
            model,
            reward_of(TASKS[task], tokenizer),
            grpo_config(
                TASKS[task],
                scratch,
                seed=seed,
                rollouts=size.rollouts,
                prompts=size.prompts,
                generations=size.generations,
                dynamic_sampling=size.dynamic_sampling,
                learning_rate=rate,
                save_strategy="no",
                direction_every=DIRECTION_EVERY,
                disable_tqdm=True,
                **method.settings,
            ),
            prompts_of(TASKS[task], size.rollouts * size.prompts, seed=seed),
            processing_class=tokenizer,
            callbacks=[callback],
            weighting=method.weighting,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return trainer


class _Measured(TrainerCallback):
    """Accuracy of the model before training and after every tenth rollout, and pass@k after the last."""

    def __init__(self, task: str, tokenizer: Any, n: int, purpose: Purpose) -> None:
        self._task, self._tokenizer, self._size, self.rows = TASKS[task], tokenizer, size_of(task), []
        self._problems = problems_of(task, min(n, self._size.most_problems or n), purpose)
        self._seed = NOISE[purpose]

    def on_step_end(self, _arguments: Any, state: Any, _control: Any, model: Any = None, **_objects: Any) -> None:
        rollout, inside = divmod(state.global_step, UPDATES_PER_ROLLOUT)
        if inside or rollout % self._size.evaluate_every:
            return
        row = {"rollout": rollout, "accuracy": self._right(model, self._problems, 1).mean()}
        if rollout == self._size.rollouts:
            most = self._size.ks[-1]
            right = self._right(model, self._problems[: self._size.pass_problems], most)
            row |= {f"pass@{k}": pass_at_k(right, most, k).mean() for k in self._size.ks}
        self.rows.append(row)

    on_train_begin = on_step_end

    def _right(self, model: torch.nn.Module, problems: list[Problem], samples: int) -> np.ndarray:
        """How many of its samples are right, one number per problem; every run and stage shares the noise."""
        model.eval()
        pair, alone = ModelPair(model, model, self._tokenizer), Intervention(NOWHERE)
        table = respond(pair, self._task, problems, alone, Sampling(), samples=samples, seed=self._seed)
        model.train()
        return table.groupby("problem_id")["correct"].sum().to_numpy()
