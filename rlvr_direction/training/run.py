"""A training run from names: what `rlvr-direction train` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from datasets import Dataset, load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase
from transformers.trainer_utils import get_last_checkpoint
from trl.rewards import get_soft_overlong_punishment

from rlvr_direction import reweighting
from rlvr_direction.checkpoints import load_part
from rlvr_direction.reweighting import Weighting
from rlvr_direction.tasks import TASKS
from rlvr_direction.tasks.loading import load_function
from rlvr_direction.training.config import ReweightedGRPOConfig
from rlvr_direction.training.prompts import prompts_of, reward_of, without_known_warnings
from rlvr_direction.training.trainer import ReweightedGRPOTrainer

__all__ = ["WEIGHTINGS", "Source", "named_weighting", "train"]

WEIGHTINGS = (
    "low_probability",
    "high_probability",
    "perplexity",
    "entropy_top",
    "keep_below",
    "keep_above",
    "divergence",
)
FILES = {".jsonl": "json", ".json": "json", ".parquet": "parquet", ".csv": "csv"}


@dataclass(frozen=True)
class Source:
    """Where prompts and rewards come from: `n` problems of a built-in task, or a data set and a function."""

    task: str | None = None
    n: int = 2000
    data: str | None = None
    reward: str | None = None

    def __post_init__(self) -> None:
        if bool(self.task) == bool(self.data) or bool(self.data) != bool(self.reward):
            raise ValueError("pass --task, or else --data with --reward module:function: one source of prompts")
        if self.task and self.task not in TASKS:
            raise ValueError(f"no task is called {self.task!r}; choose from {', '.join(sorted(TASKS))}")

    def prompts(self, *, seed: int) -> Dataset:
        """Rows with a column `prompt`; the others go to the reward function."""
        if self.task:
            return prompts_of(TASKS[self.task], self.n, seed=seed)
        kind = FILES.get(Path(self.data).suffix)
        if kind and not Path(self.data).is_file():
            raise FileNotFoundError(f"{self.data} is not a file; pass a data set's name or one of {', '.join(FILES)}")
        rows = (
            load_dataset(kind, data_files=self.data, split="train") if kind else load_dataset(self.data, split="train")
        )
        if "prompt" not in rows.column_names:
            raise ValueError(f"{self.data} has no column 'prompt', only {', '.join(rows.column_names)}; rename one")
        return rows

    def rewards(self, tokenizer: PreTrainedTokenizerBase) -> Callable[..., Any]:
        """The task's verifier, or the function as TRL calls it."""
        return reward_of(TASKS[self.task], tokenizer) if self.task else load_function(self.reward)


def named_weighting(name: str, strength: float | None = None, *, mean_one: bool = False) -> Weighting:
    """A weighting by its name, or a function of one's own as `module:function`.

    `strength` is its alpha, fraction or quantile. Raises ValueError for a name that is none of these.
    """
    if name == "uniform":
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


def train(
    model: str,
    config: ReweightedGRPOConfig,
    source: Source,
    *,
    weighting: Weighting,
    overlong: int = 0,
    resume: bool = False,
    force: bool = False,
) -> Path:
    """Train a model by reweighted GRPO and save it in the configuration's folder, beside its checkpoints and metrics.

    `overlong` tokens before the limit a response begins to pay for its length (DAPO's soft overlong penalty); 0: never.
    Raises FileExistsError for a folder with a run in it, unless `resume` goes on from its last checkpoint or `force`
    starts over.
    """
    folder = Path(config.output_dir)
    _claim(folder, resume=resume, force=force)
    tokenizer = load_part(AutoTokenizer, model, padding_side="left")
    rewards: Sequence[Callable[..., Any]] = [source.rewards(tokenizer)]
    if overlong:
        rewards = [*rewards, get_soft_overlong_punishment(config.max_completion_length, overlong)]
    with without_known_warnings():
        trainer = ReweightedGRPOTrainer(
            load_part(AutoModelForCausalLM, model, dtype="float32"),
            list(rewards),
            config,
            source.prompts(seed=config.seed),
            processing_class=tokenizer,
            weighting=weighting,
        )
        trainer.train(resume_from_checkpoint=get_last_checkpoint(folder) if folder.is_dir() else None)
        trainer.save_model()
    return folder


def _claim(folder: Path, *, resume: bool, force: bool) -> None:
    """Refuse a folder in use, or empty it of what a run of ours leaves."""
    if resume and force:
        raise ValueError(f"{folder}: --resume keeps what was made and --force discards it: pass one of them")
    checkpoints = [*folder.glob("checkpoint-*")]
    begun = [*checkpoints, *folder.glob("metrics.parquet"), *folder.glob("model.safetensors")]
    if begun and not (resume or force):
        raise FileExistsError(f"{folder} holds a run already: pass --resume to go on with it, or --force to start over")
    if force:
        for path in begun:
            rmtree(path) if path.is_dir() else path.unlink()
