"""A training run from its settings: what `rlvr-direction train` does."""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from shutil import rmtree
from typing import Any

from tqdm import tqdm
from transformers import AutoTokenizer
from transformers.trainer import TRAINER_STATE_NAME
from trl.rewards import get_soft_overlong_punishment

from rlvr_direction.checkpoints import load_part
from rlvr_direction.fingerprints import weights_digest
from rlvr_direction.interventions import text_of
from rlvr_direction.prompts import dated, described, encode_prompt
from rlvr_direction.records import atomically, require_same
from rlvr_direction.training.config import updates_per_rollout
from rlvr_direction.training.model import adapter_config, load_model, trainer_config
from rlvr_direction.training.prompts import without_known_warnings
from rlvr_direction.training.settings import (
    TrainSettings,
    held_out_prompts,
    named_weighting,
    reward_function,
    training_prompts,
)
from rlvr_direction.training.trainer import ReweightedGRPOTrainer

__all__ = ["train"]

IDENTITY = "settings.json"
LEFT = ("checkpoint-*", "metrics.parquet", "model.safetensors", "adapter_config.json", "adapter_model.safetensors")
MAY_CHANGE = re.compile(
    r"(max_steps|num_train_epochs|output_dir|run_name|disable_tqdm|report_to|resume_from_checkpoint|.*token)$"
    r"|(logging|log|save|eval|push|hub|ddp|dataloader|trackio|project)_"
)


def train(settings: TrainSettings) -> Path:
    """Train a model by reweighted GRPO and save it in `grpo.output_dir`, beside its checkpoints and metrics.

    With `lora` that is an adapter: RL of a pair whose base is the model. A string prompt goes through the tokenizer's
    chat template if it has one, as in `score` and `decode`; stderr and the metadata of the metrics (`prompts`) say
    whether it did. Raises FileExistsError for a folder that holds a run, unless `resume` continues from its last
    checkpoint or `force` starts over.
    """
    grpo, folder = settings.grpo, Path(settings.grpo.output_dir)
    begun = _begun(folder)
    if begun and not (settings.resume or settings.force):
        raise FileExistsError(f"{folder} holds a run already: pass --resume to go on with it, or --force to start over")
    revision = (grpo.model_init_kwargs or {}).get("revision")
    tokenizer = load_part(AutoTokenizer, settings.model, padding_side="left", revision=revision)
    identity = _identity(settings)
    if settings.resume and (folder / IDENTITY).is_file():
        require_same(folder, json.loads((folder / IDENTITY).read_text()), identity)
    rewards = [reward_function(settings, tokenizer)]
    if settings.overlong:
        rewards.append(get_soft_overlong_punishment(grpo.max_completion_length, settings.overlong))
    with without_known_warnings():
        trainer = _TemplatedTrainer(
            load_model(settings),
            rewards,
            trainer_config(settings),
            training_prompts(settings),
            held_out_prompts(settings),
            processing_class=tokenizer,
            peft_config=adapter_config(settings),
            weighting=named_weighting(settings.weighting, settings.alpha, mean_one=settings.mean_one),
        )
        if trainer.chat_template is None and tokenizer.chat_template is not None:
            trainer.chat_template = dated(tokenizer.get_chat_template())
        if settings.force:  # only now, so that a refused start loses nothing
            _remove(begun)
        if trainer.is_world_process_zero():
            atomically(folder / IDENTITY, lambda file: file.write(json.dumps(identity, indent=1).encode()))
        trainer.metrics_file.metadata["settings"] = identity
        _say_how_prompts_are_read(trainer)
        trainer.train(resume_from_checkpoint=_last_checkpoint(folder, updates_per_rollout(grpo)))
        trainer.save_model()
    return folder


class _TemplatedTrainer(ReweightedGRPOTrainer):
    """Reads a string as one user message if the tokenizer has a chat template; TRL would leave it as it is."""

    def _tokenize_prompts(self, prompts: list) -> tuple:
        if not isinstance(prompts[0], str):
            return super()._tokenize_prompts(prompts)
        if self.chat_template_kwargs and self._tokenizer.chat_template:
            return super()._tokenize_prompts([[{"role": "user", "content": prompt}] for prompt in prompts])
        return [encode_prompt(self._tokenizer, prompt) for prompt in prompts], None, {}


def _say_how_prompts_are_read(trainer: _TemplatedTrainer) -> None:
    rule = described(trainer._tokenizer)
    trainer.metrics_file.metadata["prompts"] = rule
    if trainer.is_world_process_zero():
        tqdm.write(f"prompts: {rule}", file=sys.stderr)


def _identity(settings: TrainSettings) -> dict[str, Any]:
    """Everything that a run depends on, as JSON holds it, to compare a resumed run by."""
    options = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name not in ("grpo", "resume", "force")}
    options["weighting"] = text_of(settings.weighting)
    chosen = {name: value for name, value in settings.grpo.to_dict().items() if not MAY_CHANGE.match(name)}
    revision = (settings.grpo.model_init_kwargs or {}).get("revision")
    weights = weights_digest(settings.model, revision)
    return json.loads(json.dumps({**chosen, **options, "weights of the model": weights}, default=str))


def _begun(folder: Path) -> list[Path]:
    """The files and folders that an earlier run left in a folder."""
    return [path for pattern in LEFT for path in folder.glob(pattern)]


def _remove(paths: Sequence[Path]) -> None:
    """Remove files and folders; other processes may be removing them at the same time."""
    for path in paths:
        rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _last_checkpoint(folder: Path, updates: int) -> str | None:
    """The last checkpoint that is complete, so holds the trainer's state, and lies at the end of a rollout."""
    steps = [int(path.parent.name.split("-")[1]) for path in folder.glob(f"checkpoint-*/{TRAINER_STATE_NAME}")]
    exact = [step for step in steps if step % updates == 0]
    return str(folder / f"checkpoint-{max(exact)}") if exact else None
