"""A training run from names: what `rlvr-direction train` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from datasets import Dataset, load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase
from transformers.trainer import TRAINER_STATE_NAME
from trl.rewards import get_soft_overlong_punishment

from rlvr_direction import reweighting
from rlvr_direction.checkpoints import load_part
from rlvr_direction.problems import load_function, task_named
from rlvr_direction.reweighting import Weighting
from rlvr_direction.training.config import ReweightedGRPOConfig, updates_per_rollout
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
    """Where prompts and rewards come from: `n` problems of a built-in task, or a data set and a function.

    `n_held_out` problems of the task, or the rows of `eval_data`, are what evaluations are made on.
    """

    task: str | None = None
    n: int = 2000
    data: str | None = None
    reward: str | None = None
    n_held_out: int = 100
    eval_data: str | None = None

    def __post_init__(self) -> None:
        if bool(self.task) == bool(self.data) or bool(self.data) != bool(self.reward):
            raise ValueError("pass --task, or else --data with --reward module:function: one source of prompts")
        if self.task:
            task_named(self.task)

    def prompts(self, *, seed: int) -> Dataset:
        """Rows with a column `prompt`; the others go to the reward function."""
        return prompts_of(task_named(self.task), self.n, seed=seed) if self.task else _rows_of(self.data)

    def held_out(self, *, seed: int) -> Dataset:
        """The same of prompts that are not trained on. Raises ValueError where nobody named any."""
        if self.task:
            return prompts_of(task_named(self.task), self.n_held_out, seed=seed, split="test")
        if not self.eval_data:
            raise ValueError(
                "eval_strategy asks for evaluations, but there is nothing to make them on: pass --eval-data"
            )
        return _rows_of(self.eval_data)

    def rewards(self, tokenizer: PreTrainedTokenizerBase) -> Callable[..., Any]:
        """The task's verifier, or the function as TRL calls it."""
        return reward_of(task_named(self.task), tokenizer) if self.task else load_function(self.reward)


def _rows_of(data: str) -> Dataset:
    """The rows of a file, or the train split of a data set by its name."""
    kind = FILES.get(Path(data).suffix)
    if kind and not Path(data).is_file():
        raise FileNotFoundError(f"{data} is not a file; pass a data set's name or one of {', '.join(FILES)}")
    rows = load_dataset(kind, data_files=data, split="train") if kind else load_dataset(data, split="train")
    if "prompt" not in rows.column_names:
        raise ValueError(f"{data} has no column 'prompt', only {', '.join(rows.column_names)}; rename one")
    return rows


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
    begun = _begun(folder, resume=resume, force=force)
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
            source.held_out(seed=config.seed) if config.eval_strategy != "no" else None,
            processing_class=tokenizer,
            weighting=weighting,
        )
        if force:  # nothing is lost to a start that is refused
            _remove(begun)
        trainer.train(resume_from_checkpoint=_last_checkpoint(folder, updates_per_rollout(config)))
        trainer.save_model()
    return folder


def _begun(folder: Path, *, resume: bool, force: bool) -> list[Path]:
    """What a run of ours has left in a folder; refused where there is something and nobody said what to do with it."""
    if resume and force:
        raise ValueError(f"{folder}: --resume keeps what was made and --force discards it: pass one of them")
    begun = [path for name in ("checkpoint-*", "metrics.parquet", "model.safetensors") for path in folder.glob(name)]
    if begun and not (resume or force):
        raise FileExistsError(f"{folder} holds a run already: pass --resume to go on with it, or --force to start over")
    return begun


def _remove(paths: Sequence[Path]) -> None:
    """Remove files and folders; other processes may be at it, too."""
    for path in paths:
        rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _last_checkpoint(folder: Path, updates: int) -> str | None:
    """The last checkpoint at the end of a rollout of so many updates that is whole: its trainer's state comes last."""
    steps = [int(path.parent.name.split("-")[1]) for path in folder.glob(f"checkpoint-*/{TRAINER_STATE_NAME}")]
    exact = [step for step in steps if step % updates == 0]
    return str(folder / f"checkpoint-{max(exact)}") if exact else None
