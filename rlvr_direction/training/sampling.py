"""DAPO's dynamic sampling: prompts whose responses are all right or all wrong teach nothing and are replaced."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad
from trl import GRPOTrainer

from rlvr_direction.training.config import complete

__all__ = ["DynamicSampling", "join_padded"]

PADDED_LEFT = ("prompt_ids", "prompt_mask")
Batch = dict[str, Any]


class DynamicSampling(GRPOTrainer):
    """Generates responses to fresh prompts until a rollout is full of groups with mixed accuracy.

    Accuracy is the value of the first reward function, whatever the others add. The fresh prompts depend only on the
    seed and the position in the run, so a resumed run draws the same ones.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        complete(self.args)
        if not self.args.dynamic_sampling:
            return
        rows = self.args.per_device_train_batch_size * self.args.steps_per_generation
        if rows % self.num_generations:
            raise ValueError(
                f"dynamic sampling needs whole groups in each process, but a rollout has {rows} responses there and a "
                f"group {self.num_generations}; choose per_device_train_batch_size x steps_per_generation as a multiple"
            )
        if not hasattr(self.train_dataset, "__len__"):
            raise ValueError("dynamic sampling draws prompts at random; pass a data set with a length, not a stream")

    def _calculate_rewards(self, inputs: list, *texts: Any) -> Tensor:
        rewards = super()._calculate_rewards(inputs, *texts)
        first = self.accelerator.process_index * len(inputs)
        self._accuracy = rewards[first : first + len(inputs), 0]
        return rewards

    def _generate_and_score_completions(self, inputs: list) -> Batch:
        batch = super()._generate_and_score_completions(inputs)
        if not (self.model.training and self.args.dynamic_sampling):
            return batch
        mixed = self._mixed()
        kept, spare, tries = [_rows(batch, mixed)], _rows(batch, ~mixed), 1
        while (missing := self._missing(len(inputs), kept)) and tries < self.args.dynamic_sampling_tries:
            batch = super()._generate_and_score_completions(self._fresh(missing, tries))
            kept.append(_rows(batch, self._mixed()))
            tries += 1
        self._metrics["train"]["dynamic_sampling/generations"].append(float(tries))
        return self._merged([*kept, spare], len(inputs), batch)

    def _mixed(self) -> Tensor:
        """Mark the rows of groups with both right and wrong responses."""
        groups = self._accuracy.nan_to_num(0.0).view(-1, self.num_generations)
        return (groups.amax(1) > groups.amin(1)).repeat_interleave(self.num_generations)

    def _missing(self, n: int, kept: list[Batch]) -> int:
        """The largest number of responses that a process lacks; all generate that many, so that they stay in step."""
        have = torch.tensor([sum(len(rows["advantages"]) for rows in kept)], device=self.accelerator.device)
        return max(0, n - int(self.accelerator.gather(have).min()))

    def _fresh(self, n: int, tries: int) -> list:
        """Prompts for `n` more responses: one permutation of the data per try, a separate slice for each process."""
        within = self._step % self.args.gradient_accumulation_steps * self.args.dynamic_sampling_tries + tries
        generator = torch.Generator().manual_seed(hash((self.args.seed, self.state.global_step, within)) % 2**63)
        order = torch.randperm(len(self.train_dataset), generator=generator).tolist()
        first, groups = self.accelerator.process_index * n // self.num_generations, n // self.num_generations
        chosen = [order[i % len(order)] for i in range(first, first + groups)]
        return [self.train_dataset[i] for i in chosen for _ in range(self.num_generations)]

    def _merged(self, parts: list[Batch], n: int, batch: Batch) -> Batch:
        pad_id = self._tokenizer.pad_token_id
        merged = {key: join_padded([part[key] for part in parts], key, pad_id)[:n] for key in parts[0]}
        mask = merged["completion_mask"] * merged.get("tool_mask", 1)
        return {**batch, **merged, "num_items_in_batch": self.accelerator.gather(mask.sum()).sum()}


def join_padded(parts: list[Tensor], key: str, pad_id: int) -> Tensor:
    """Concatenate rows of different lengths: prompts are padded on the left, all else on the right."""
    if parts[0].dim() == 1:
        return torch.cat(parts)
    longest = max(part.shape[1] for part in parts)
    fill = pad_id if key in ("prompt_ids", "completion_ids") else 0
    sides = [(longest - part.shape[1], 0) if key in PADDED_LEFT else (0, longest - part.shape[1]) for part in parts]
    return torch.cat([pad(part, side, value=fill) for part, side in zip(parts, sides, strict=True)])


def _rows(batch: Batch, chosen: Tensor) -> Batch:
    return {key: value[chosen] for key, value in batch.items() if isinstance(value, Tensor) and value.dim() > 0}
