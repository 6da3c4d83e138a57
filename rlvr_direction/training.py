"""GRPO as the paper trains: TRL's trainer with DAPO's settings."""

from dataclasses import dataclass
from typing import no_type_check

import torch
from trl import GRPOConfig

__all__ = ["ReweightedGRPOConfig"]


@no_type_check  # TRL annotates floats and takes whole numbers for them
@dataclass
class ReweightedGRPOConfig(GRPOConfig):
    """TRL's GRPOConfig, default for default; without a GPU, `dapo` sets what TRL needs to run on a CPU."""

    @classmethod
    def dapo(cls, output_dir: str, **overrides: object) -> "ReweightedGRPOConfig":
        """The paper's preset (its section 5): clip 0.2 / 0.28, dual clip 10, token-mean loss, no KL, T = 1, top_p = 1.

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
