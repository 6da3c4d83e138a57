"""TRL's GRPOTrainer with a weighting of its token advantages; with weights of 1 it is TRL, bit for bit."""

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor

from rlvr_direction.distributions import Sampling, at, truncate
from rlvr_direction.reweighting import Rollout, Weighting, checked, is_pointwise, low_probability, needs
from rlvr_direction.training.metrics import Direction, MetricsFile, passes
from rlvr_direction.training.resuming import Resuming, refuse_checkpoints_inside_a_rollout
from rlvr_direction.training.rewards import named
from rlvr_direction.training.sampling import DynamicSampling

__all__ = ["ReweightedGRPOTrainer"]

Batch = dict[str, Any]


class ReweightedGRPOTrainer(DynamicSampling):
    """TRL's GRPOTrainer, with the same arguments, that multiplies token advantages by a weighting.

    If TRL computes old log-probabilities, weights are made with the rollout. If it does not (one update per rollout, so
    the policy is still the one that sampled), weights are bound late: they are made from the loss's own forward pass.
    This saves a forward pass without gradients, 12 to 16 % of a step on policy on the arithmetic toy on a CPU
    (benchmarks/training.py). Raises ValueError for checkpoints inside a rollout, from which no run resumes exactly.
    """

    def __init__(self, *args: Any, weighting: Weighting | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.weighting = low_probability(0.2) if weighting is None else weighting
        self.reward_funcs = [
            named(reward, name) for reward, name in zip(self.reward_funcs, self.reward_func_names, strict=True)
        ]
        self._reference = None
        if "logp_reference" in needs(self.weighting):
            self._reference = deepcopy(self.accelerator.unwrap_model(self.model)).eval().requires_grad_(False)
        self._late: Batch | None = None
        refuse_checkpoints_inside_a_rollout(self.args)
        self._refuse_a_second_truncation()
        self.direction = Direction(self, self.args.direction_every)
        self.metrics_file = MetricsFile(self.args.output_dir)
        for callback in (Resuming(self), self.direction, self.metrics_file):
            self.add_callback(callback)

    @property
    def _binds_late(self) -> bool:
        """Whether the loss's forward pass runs the sampling policy on all rows that the weighting must see together."""
        generate_every = self.args.steps_per_generation * self.num_iterations
        on_policy = self.args.gradient_accumulation_steps % generate_every == 0 and not self.args.truncated_behaviour
        whole = is_pointwise(self.weighting) or self.args.steps_per_generation == 1
        return on_policy and whole and not (self.use_vllm and self.vllm_importance_sampling_correction)

    def _generate_and_score_completions(self, inputs: list) -> Batch:
        batch = super()._generate_and_score_completions(inputs)
        if not self.model.training:
            return batch
        if self._reference is not None:
            batch["logp_reference"] = self._forward(batch, self._reference)[0]
        if self._binds_late:
            return {**batch, "row": torch.arange(len(batch["advantages"]), device=self.accelerator.device)}
        logp_old, entropy = batch.get("old_per_token_logps"), None
        if logp_old is None or "entropy" in needs(self.weighting):
            logp, entropy = self._forward(batch, self.model, entropy="entropy" in needs(self.weighting))
            logp_old = logp if logp_old is None else logp_old
        batch["advantages"] = self._weighted(batch, logp_old, entropy)
        if self.args.truncated_behaviour:
            batch["old_per_token_logps"] = logp_old - self._log_nucleus(batch)
        return batch

    def _calculate_rewards(self, inputs: list, *texts: Any) -> Tensor:
        rewards = super()._calculate_rewards(inputs, *texts)
        if not self.model.training:
            for name, value in passes(rewards[:, 0], self.num_generations_eval).items():
                self._metrics["eval"][name].append(value)
        return rewards

    def _compute_loss(self, model: torch.nn.Module, inputs: Batch) -> Tensor:
        self._late = dict(inputs)
        try:
            return super()._compute_loss(model, self._late)
        finally:
            self._late = None

    def _get_per_token_logps_and_entropies(self, *args: Any, **options: Any) -> tuple:
        logp, entropy, auxiliary = super()._get_per_token_logps_and_entropies(*args, **options)
        if self._late is not None and self.model.training:
            if "row" in self._late:
                self._late["advantages"] = self._weighted_in_order(self._late, logp.detach(), entropy)
            self.direction.keep(self._late, logp.detach())
        return logp, entropy, auxiliary

    def _weighted_in_order(self, batch: Batch, logp: Tensor, entropy: Tensor | None) -> Tensor:
        """Weighted advantages of rows that TRL has shuffled; the weighting sees them in the order of the rollout."""
        order = batch["row"].argsort()
        names = ("advantages", "completion_mask", "tool_mask", "logp_reference")
        ordered = {name: batch[name][order] for name in names if name in batch}
        weighted = self._weighted(ordered, logp[order], None if entropy is None else entropy.detach()[order])
        return weighted[order.argsort()]

    def _weighted(self, batch: Batch, logp_old: Tensor, entropy: Tensor | None) -> Tensor:
        mask = batch["completion_mask"] * batch.get("tool_mask", 1)
        rank, reference = self.accelerator.process_index, batch.get("logp_reference")
        rollout = Rollout(
            logp_old, mask, batch["advantages"], self.num_generations, self._gather, rank, entropy, reference
        )
        weights = checked(self.weighting, rollout)
        sums = self.accelerator.reduce(torch.stack([(weights * mask).sum(), mask.sum().float()]), reduction="sum")
        self._metrics["train"]["weight_mean"].append((sums[0] / sums[1].clamp(min=1)).item())
        return batch["advantages"].unsqueeze(1) * weights

    def _gather(self, rows: Tensor) -> Tensor:
        if rows.dim() > 1:
            rows = rows if rows.is_floating_point() else rows.float()
            rows = self.accelerator.pad_across_processes(rows, dim=1, pad_index=torch.nan)
        return self.accelerator.gather(rows)

    def logp_of(self, batch: Batch) -> Tensor:
        """Log-probabilities (B, T) of a batch's tokens under the current policy, in nats."""
        return self._forward(batch, self.model)[0]

    def _forward(self, batch: Batch, model: torch.nn.Module, *, entropy: bool = False) -> tuple[Tensor, Tensor | None]:
        """Log-probabilities (B, T) of a batch's tokens under a model, and entropies if asked for, without gradients."""
        ids, mask = _whole(batch)
        with torch.no_grad():
            logp, entropies, _ = super()._get_per_token_logps_and_entropies(
                model,
                ids,
                mask,
                batch["completion_ids"].shape[1],
                batch_size=self.args.per_device_train_batch_size,
                compute_entropy=entropy,
            )
        return logp, entropies

    def _log_nucleus(self, batch: Batch) -> Tensor:
        """The log-probability (B, T) of the nucleus from which each token was sampled; 0 with top_p = 1."""
        ids, mask = _whole(batch)
        n, sampling = batch["completion_ids"].shape[1], Sampling(top_p=float(self.args.top_p))
        rows = self.args.per_device_train_batch_size
        found = []
        with torch.no_grad():
            for some, attention in zip(ids.split(rows), mask.split(rows), strict=True):
                logits = self.model(input_ids=some, attention_mask=attention).logits[:, -n - 1 : -1].float()
                logp = torch.log_softmax(logits / self.args.temperature, -1)
                best = logp.argmax(-1)
                found.append(at(logp, best) - at(truncate(logp, sampling), best))
        return torch.cat(found)

    def _run_epoch(self, *args: Any, **options: Any) -> None:
        """Skip the epoch of a run that was killed after its last update; transformers would make one update more."""
        if self.state.global_step < self.state.max_steps:
            super()._run_epoch(*args, **options)

    def _get_train_sampler(self, *args: Any) -> Any:
        self.prompt_sampler = super()._get_train_sampler(*args)
        return self.prompt_sampler

    def _refuse_a_second_truncation(self) -> None:
        if self.args.truncated_behaviour and self.use_vllm and self.vllm_importance_sampling_correction:
            raise ValueError(
                "truncated_behaviour and vllm_importance_sampling_correction both divide by the truncated policy; "
                "switch one of them off"
            )


def _whole(batch: Batch) -> tuple[Tensor, Tensor]:
    """Token ids of prompts and responses, joined, and their attention mask. Raises ValueError for images."""
    if "pixel_values" in batch:
        raise ValueError("these settings need a forward pass of their own, which reads text only: no images in prompts")
    ids, masks = (torch.cat([batch[f"prompt_{name}"], batch[f"completion_{name}"]], 1) for name in ("ids", "mask"))
    return ids, masks
