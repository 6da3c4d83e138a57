"""RL checkpoints of a toy: DAPO's loss and clipping from the saved base, without dynamic sampling."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from shutil import rmtree
from typing import Any

import pandas as pd
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase, PrinterCallback, TrainerCallback
from transformers.trainer_utils import get_last_checkpoint

from rlvr_direction import records
from rlvr_direction.lab.compact import trainer_class
from rlvr_direction.lab.tasks import Task
from rlvr_direction.lab.toys.recipe import RECIPES, RLRecipe, save_rounded
from rlvr_direction.reweighting import uniform
from rlvr_direction.training import ReweightedGRPOConfig
from rlvr_direction.training.prompts import prompts_of, reward_of, without_known_warnings

__all__ = ["UPDATES_PER_ROLLOUT", "grpo_config", "per_rollout", "stage_name", "train_rl"]

UPDATES_PER_ROLLOUT = 2
SAVE_EVERY = 10  # rollouts
METRICS = {
    "reward": "reward",
    "entropy": "entropy",
    "completions/mean_length": "length",
    "completions/clipped_ratio": "unfinished",
    "grad_norm": "grad_norm",
    "loss": "loss",
    "step_time": "seconds",
}


def stage_name(rollouts: int, *, seed: int = 0) -> str:
    """The name of an RL checkpoint's folder: `rl_080`, or `rl_080_seed_3` for an RL seed other than 0."""
    return f"rl_{rollouts:03d}" + (f"_seed_{seed}" if seed else "")


def train_rl(task: Task, out: Path, *, seed: int, recipe: RLRecipe | None = None, progress: bool = True) -> list[Path]:
    """Train `out/base` by GRPO and save its stages (`out/rl_010`, ...) and `out/training_seed_<seed>.parquet`.

    The task's verifier is the reward; loss and clipping are DAPO's, without dynamic sampling. The metrics hold one row
    per rollout: mean reward, entropy (nats), length (tokens), wall-clock seconds. A killed run resumes from its last
    checkpoint, at the end of a rollout; the stages of a finished run are returned as they are. `progress` shows a bar.
    Raises FileNotFoundError without a base.
    """
    recipe = recipe or RECIPES[task.name].rl
    if not Path(out, "base", "config.json").is_file():
        raise FileNotFoundError(f"no base model in {Path(out, 'base')}; train one first with train_base")
    stages = [Path(out, stage_name(rollouts, seed=seed)) for rollouts in recipe.stages]
    metrics = Path(out, f"training_seed_{seed}.parquet")
    if not metrics.is_file():
        history = _train(task, Path(out), recipe, seed=seed, progress=progress)
        records.save(history, metrics, metadata={"task": task.name, "seed": seed, **asdict(recipe)})
        rmtree(_scratch(out, seed), ignore_errors=True)
    return stages


def _train(task: Task, out: Path, recipe: RLRecipe, *, seed: int, progress: bool) -> pd.DataFrame:
    tokenizer = AutoTokenizer.from_pretrained(out / "base")
    scratch = _scratch(out, seed)
    trainer = trainer_class()(
        model=AutoModelForCausalLM.from_pretrained(out / "base", dtype=torch.float32),
        reward_funcs=reward_of(task, tokenizer),
        args=_arguments(task, scratch, recipe, seed=seed, progress=progress),
        train_dataset=prompts_of(task, recipe.rollouts * recipe.prompts, seed=seed),
        processing_class=tokenizer,
        callbacks=[_KeepStages(out, recipe.stages, tokenizer, seed=seed)],
        weighting=uniform,
    )
    if not progress:
        trainer.remove_callback(PrinterCallback)
    with without_known_warnings():
        trainer.train(resume_from_checkpoint=get_last_checkpoint(str(scratch)) if scratch.is_dir() else None)
    history = per_rollout(trainer.state.log_history, METRICS)
    return history.assign(seconds=UPDATES_PER_ROLLOUT * history["seconds"])  # logged as the mean of a rollout's updates


def _arguments(task: Task, scratch: Path, recipe: RLRecipe, *, seed: int, progress: bool) -> ReweightedGRPOConfig:
    return grpo_config(
        task,
        scratch,
        seed=seed,
        rollouts=recipe.rollouts,
        prompts=recipe.prompts,
        generations=recipe.generations,
        dynamic_sampling=False,
        learning_rate=recipe.learning_rate,
        save_steps=UPDATES_PER_ROLLOUT * min(SAVE_EVERY, recipe.rollouts),
        save_total_limit=1,
        disable_tqdm=not progress,
    )


def grpo_config(
    task: Task,
    out: Path | str,
    *,
    seed: int,
    rollouts: int,
    prompts: int,
    generations: int,
    **more: Any,
) -> ReweightedGRPOConfig:
    """The paper's preset at a toy's size: `rollouts` of `generations` responses to `prompts` each, in two updates."""
    return ReweightedGRPOConfig.dapo(
        str(out),
        seed=seed,
        warmup_steps=0,
        weight_decay=0.0,
        adam_beta2=0.99,
        num_generations=generations,
        per_device_train_batch_size=prompts * generations // UPDATES_PER_ROLLOUT,
        steps_per_generation=UPDATES_PER_ROLLOUT,
        max_completion_length=task.max_new_tokens,
        max_steps=UPDATES_PER_ROLLOUT * rollouts,
        logging_steps=UPDATES_PER_ROLLOUT,
        **more,
    )


class _KeepStages(TrainerCallback):
    """Saves an ordinary model folder at the end of each rollout that is a stage."""

    def __init__(self, out: Path, stages: Sequence[int], tokenizer: PreTrainedTokenizerBase, *, seed: int) -> None:
        self._out, self._stages, self._tokenizer, self._seed = out, stages, tokenizer, seed

    def on_step_end(self, args, state, control, model=None, **_unused) -> None:
        rollouts, between = divmod(state.global_step, UPDATES_PER_ROLLOUT)
        if rollouts in self._stages and not between:
            save_rounded(model, self._tokenizer, self._out / stage_name(rollouts, seed=self._seed))


def per_rollout(log_history: list[dict[str, Any]], metrics: Mapping[str, str]) -> pd.DataFrame:
    """One row per rollout of a trainer's log: `rollout`, and each of `metrics` (TRL's name -> the column's)."""
    rows = [row for row in log_history if "reward" in row]
    table = pd.DataFrame([{name: row.get(key) for key, name in metrics.items()} for row in rows])
    table.insert(0, "rollout", [row["step"] // UPDATES_PER_ROLLOUT for row in rows])
    return table


def _scratch(out: str | Path, seed: int) -> Path:
    return Path(out, f"training_seed_{seed}.partial")
