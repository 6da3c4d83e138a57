"""TRL's GRPOConfig with the few settings that DAPO and the weightings add, and the paper's preset."""

from dataclasses import dataclass, field
from typing import no_type_check

import torch
from trl import GRPOConfig

__all__ = ["ReweightedGRPOConfig"]


@no_type_check  # TRL annotates floats and takes whole numbers for them
@dataclass
class ReweightedGRPOConfig(GRPOConfig):
    """TRL's GRPOConfig, default for default, with what it lacks off; `dapo` switches it on and knows about CPUs."""

    dynamic_sampling: bool = field(
        default=False,
        metadata={
            "help": "Replace groups whose responses are all right or all wrong (first reward function) by new ones."
        },
    )
    dynamic_sampling_tries: int = field(
        default=4,
        metadata={
            "help": "Dynamic sampling gives up after so many generations a rollout and fills up with what it has."
        },
    )
    truncated_behaviour: bool = field(
        default=False,
        metadata={"help": "With top_p < 1: the importance ratio's denominator is the truncated policy, as it sampled."},
    )
    direction_every: int = field(
        default=0,
        metadata={
            "help": "Every so many updates: the share of tokens with positive (negative) advantage that the update "
            "raises (lowers). Costs a forward pass. 0: never."
        },
    )

    @property
    def updates_per_rollout(self) -> int:
        """Optimizer updates between two generations: checkpoints lie at multiples of them."""
        return max(1, self.num_iterations * self.steps_per_generation // self.gradient_accumulation_steps)

    @classmethod
    def dapo(cls, output_dir: str, **overrides: object) -> "ReweightedGRPOConfig":
        """The paper's preset (its section 5): clip 0.2 / 0.28, dual clip 10, token-mean loss, no KL, T = 1, top_p = 1.

        Dynamic sampling is on. The soft overlong penalty is a reward function of TRL's, `get_soft_overlong_punishment`.

        `overrides` are fields of GRPOConfig and win over the preset.
        """
        preset = {
            "loss_type": "dapo",
            "scale_rewards": "group",
            "beta": 0.0,
            "epsilon": 0.2,
            "epsilon_high": 0.28,
            "delta": 10.0,
            "temperature": 1.0,
            "top_p": 1.0,
            "dynamic_sampling": True,
            "learning_rate": 1e-6,
            "lr_scheduler_type": "constant_with_warmup",
            "warmup_steps": 10,
            "weight_decay": 0.1,
            "report_to": "none",
        }
        return cls(output_dir, **{**preset, **_for_this_machine(), **overrides})


def _for_this_machine() -> dict[str, bool]:
    """TRL's defaults assume bfloat16 on an accelerator, and refuse to start without one."""
    if torch.accelerator.is_available():
        return {}
    return {"use_cpu": True, "bf16": False, "activation_checkpointing": False, "dataloader_pin_memory": False}
