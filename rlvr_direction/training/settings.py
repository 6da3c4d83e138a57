"""The settings of a training run, and what their names stand for: prompts, rewards, weightings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset, load_dataset
from transformers import PreTrainedTokenizerBase

from rlvr_direction import reweighting
from rlvr_direction.checkpoints import torch_dtype
from rlvr_direction.problems import load_function, task_named
from rlvr_direction.reweighting import Weighting
from rlvr_direction.training.config import ReweightedGRPOConfig
from rlvr_direction.training.prompts import prompts_of, reward_of

__all__ = ["WEIGHTINGS", "TrainSettings", "held_out_prompts", "named_weighting", "reward_function", "training_prompts"]

WEIGHTINGS = (
    *("low_probability", "high_probability", "perplexity"),
    *("entropy_top", "surprisal_top", "keep_below", "keep_above", "divergence"),
)
FILES = {".jsonl": "json", ".json": "json", ".parquet": "parquet", ".csv": "csv"}


@dataclass(frozen=True)
class TrainSettings:
    """A run of `train`: the model, TRL's configuration, the source of prompts and rewards, and the weighting.

    Prompts are `problems` problems of a built-in `task`, or the data set `data` with its `reward` (`module:function`,
    called as TRL does). Evaluations use `eval_problems` held-out problems, or the rows of `eval_data`. `alpha` is the
    weighting's strength, fraction or quantile. `lora` is the rank of an adapter that is trained in place of the model's
    weights, `lora_alpha` its scale times the rank, and `dtype` the number format of the model. DAPO's soft overlong
    penalty starts `overlong` tokens before the limit; 0 switches it off. Raises ValueError for unknown names and for
    options that contradict each other.
    """

    model: str | Path
    grpo: ReweightedGRPOConfig
    task: str | None = None
    problems: int = 2000
    data: str | None = None
    reward: str | None = None
    eval_problems: int = 100
    eval_data: str | None = None
    weighting: str | Weighting = "low_probability"
    alpha: float | None = None
    mean_one: bool = False
    overlong: int = 0
    lora: int | None = None
    lora_alpha: int | None = None
    dtype: str | None = None
    resume: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        if bool(self.task) == bool(self.data) or bool(self.data) != bool(self.reward):
            raise ValueError("pass --task, or else --data with --reward module:function: one source of prompts")
        if self.task:
            task_named(self.task)
        if self.resume and self.force:
            raise ValueError("--resume keeps what was made and --force discards it: pass one of them")
        named_weighting(self.weighting, self.alpha, mean_one=self.mean_one)
        self._check_model()

    def _check_model(self) -> None:
        for name, value in (("lora", self.lora), ("lora_alpha", self.lora_alpha)):
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}; expected at least 1")
        if self.lora_alpha is not None and self.lora is None:
            raise ValueError(
                f"lora_alpha is {self.lora_alpha}, but there is no adapter to scale: pass --lora RANK, too"
            )
        options = self.grpo.model_init_kwargs or {}
        given = None if self.dtype is None else torch_dtype(self.dtype)
        named = [torch_dtype(options[name]) for name in ("dtype", "torch_dtype") if name in options]
        if given is not None and any(other != given for other in named):
            raise ValueError(f"the dtype is {self.dtype} and, in model_init_kwargs, {named[0]}: pass one of them")


def training_prompts(settings: TrainSettings) -> Dataset:
    """The rows to train on: a column `prompt`, and columns that the reward function reads."""
    if settings.task:
        return prompts_of(task_named(settings.task), settings.problems, seed=settings.grpo.seed)
    return _rows_of(settings.data)


def held_out_prompts(settings: TrainSettings) -> Dataset | None:
    """The rows to evaluate on, or None without an evaluation strategy.

    Raises ValueError if evaluations are asked for but there are no rows for them.
    """
    if settings.grpo.eval_strategy == "no":
        return None
    if settings.task:
        return prompts_of(task_named(settings.task), settings.eval_problems, seed=settings.grpo.seed, split="test")
    if not settings.eval_data:
        raise ValueError("eval_strategy asks for evaluations, but there is nothing to make them on: pass --eval-data")
    return _rows_of(settings.eval_data)


def reward_function(settings: TrainSettings, tokenizer: PreTrainedTokenizerBase) -> Callable[..., Any]:
    """The task's verifier, or the function named by `reward`, as TRL calls it."""
    return reward_of(task_named(settings.task), tokenizer) if settings.task else load_function(settings.reward)


def named_weighting(name: str | Weighting, strength: float | None = None, *, mean_one: bool = False) -> Weighting:
    """The weighting of this name, the function `module:function`, or the function itself.

    `strength` is its alpha, fraction or quantile. Raises ValueError for an unknown name.
    """
    if not isinstance(name, str):
        weighting = name
    elif name == "uniform":
        if strength is not None:
            raise ValueError(f"the weighting uniform has no strength, but alpha is {strength}; leave it out")
        weighting = reweighting.uniform
    elif name in WEIGHTINGS:
        make = getattr(reweighting, name)
        weighting = make() if strength is None else make(strength)
    elif ":" in name:
        weighting = load_function(name)
    else:
        choices = ", ".join(("uniform", *WEIGHTINGS))
        raise ValueError(f"no weighting is called {name!r}; choose from {choices}, module:function")
    return reweighting.mean_one(weighting) if mean_one else weighting


def _rows_of(data: str) -> Dataset:
    """The rows of a file, or the train split of the data set of this name."""
    kind = FILES.get(Path(data).suffix)
    if kind and not Path(data).is_file():
        raise FileNotFoundError(f"{data} is not a file; pass a data set's name or one of {', '.join(FILES)}")
    rows = load_dataset(kind, data_files=data, split="train") if kind else load_dataset(data, split="train")
    if "prompt" not in rows.column_names:
        raise ValueError(f"{data} has no column 'prompt', only {', '.join(rows.column_names)}; rename one")
    return rows
