"""What TRL lacks for exact resuming: checkpoints between rollouts, and the order of prompts of each epoch."""

from math import ceil
from typing import Any

import torch
from transformers import TrainerCallback
from trl import GRPOConfig

from rlvr_direction.training.config import updates_per_rollout

__all__ = ["Resuming", "refuse_checkpoints_inside_a_rollout"]


def refuse_checkpoints_inside_a_rollout(args: GRPOConfig) -> None:
    """Raise ValueError for settings that save checkpoints from which a run cannot resume exactly."""
    name = {"steps": "save_steps", "best": "eval_steps"}.get(args.save_strategy)
    every, updates = getattr(args, name) if name else None, updates_per_rollout(args)
    if every and updates > 1 and (every < 1 or every % updates):
        raise ValueError(
            f"{name} is {every:g}, but a rollout lasts {updates} updates and a run resumes exactly at its end "
            f"only; choose a multiple of {updates}"
        )


class Resuming(TrainerCallback):
    """Refuses to resume inside a rollout, and skips the orders of prompts that earlier epochs used.

    TRL's sampler starts from its first order again, whatever the epoch.
    """

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer

    def on_train_begin(
        self, args: GRPOConfig, state: Any, _control: Any, train_dataloader: Any = None, **_objects: Any
    ) -> None:
        """Check where the run starts, and advance the sampler to that epoch."""
        updates = updates_per_rollout(args)
        if state.global_step % updates:
            raise ValueError(
                f"the checkpoint of update {state.global_step} lies inside a rollout of {updates} updates, and a run "
                f"resumes exactly at its end only; resume from one at a multiple of {updates}"
            )
        sampler = self._trainer.prompt_sampler
        if state.global_step and hasattr(sampler, "generator"):
            epoch = ceil(len(train_dataloader) / args.gradient_accumulation_steps)  # in updates
            for _ in range(state.global_step // epoch):
                torch.randperm(sampler.num_samples, generator=sampler.generator)
