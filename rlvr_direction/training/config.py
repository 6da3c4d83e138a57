"""TRL's GRPOConfig with the few settings that DAPO and the weightings add, and the paper's preset."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from math import lcm
from typing import Any, no_type_check

import torch
from transformers.integrations import get_available_reporting_integrations
from trl import GRPOConfig, TrlParser

__all__ = ["ReweightedGRPOConfig", "complete", "parse", "preset", "updates_per_rollout"]


@no_type_check  # TRL annotates floats and takes whole numbers for them
@dataclass
class ReweightedGRPOConfig(GRPOConfig):
    """TRL's GRPOConfig, default for default, with what it lacks off; `dapo` switches it on and knows about CPUs.

    The added fields are read by `ReweightedGRPOTrainer` alone: TRL's own `GRPOTrainer` takes this configuration and
    passes over them without a word, dynamic sampling included.
    """

    dynamic_sampling: bool = field(
        default=False,
        metadata={
            "help": "Replace groups whose responses are all right or all wrong (first reward function) by new ones."
        },
    )
    dynamic_sampling_tries: int = field(
        default=4,
        metadata={
            "help": "Dynamic sampling gives up after this many generations per rollout and fills up with what it has."
        },
    )
    truncated_behaviour: bool = field(
        default=False,
        metadata={"help": "With top_p < 1: the importance ratio's denominator is the truncated policy, as it sampled."},
    )
    direction_every: int = field(
        default=0,
        metadata={
            "help": "At every n-th update: the share of tokens with positive (negative) advantage that the update "
            "raises (lowers). Costs a forward pass. 0: never."
        },
    )

    @classmethod
    def dapo(cls, output_dir: str, **overrides: object) -> "ReweightedGRPOConfig":
        """The paper's preset (its section 5): clip 0.2 / 0.28, dual clip 10, token-mean loss, no KL, T = 1, top_p = 1.

        Dynamic sampling is on, which takes `ReweightedGRPOTrainer`: TRL's own does without. The soft overlong penalty
        is a reward function of TRL's, `get_soft_overlong_punishment`. `overrides` are fields of GRPOConfig and win over
        the preset.
        """
        return cls(output_dir, **{**preset(), **overrides})


ReweightedGRPOConfig.__no_type_check__ = False  # ... at run time; who parses arguments reads the fields' types


def updates_per_rollout(args: GRPOConfig) -> int:
    """Optimizer updates until one ends together with a rollout: checkpoints lie at multiples of them."""
    accumulated = args.gradient_accumulation_steps
    return lcm(args.num_iterations * args.steps_per_generation, accumulated) // accumulated


def complete(args: GRPOConfig) -> None:
    """Give TRL's own configuration the fields that are ours, at their defaults: all off."""
    for own in fields(ReweightedGRPOConfig):
        if not hasattr(args, own.name):
            setattr(args, own.name, own.default)


def preset() -> dict[str, Any]:
    """What `dapo` sets."""
    paper = {
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
    return {**paper, **_for_this_machine()}


def parse(arguments: Sequence[str]) -> ReweightedGRPOConfig:
    """The configuration that command-line arguments name, as for any script of TRL's; `dapo` is the default.

    `--config run.yaml` reads fields from a file, `--learning_rate 1e-5` and the like win over it. Raises ValueError
    for what is no field, or no value of one.
    """
    parser = TrlParser([ReweightedGRPOConfig])
    parser.error = _refuse
    parser.set_defaults(seed=0, **preset())
    (config,) = parser.parse_args_and_config(arguments)
    if absent := sorted(set(config.report_to) - set(get_available_reporting_integrations())):
        raise ValueError(f"report_to names {', '.join(absent)}, which is not installed; install it, or choose another")
    return config


def _refuse(message: str) -> None:
    raise ValueError(f"{message}; --config and further options are fields of TRL's GRPOConfig")


def _for_this_machine() -> dict[str, bool]:
    """TRL's defaults assume bfloat16 on an accelerator, and refuse to start without one."""
    if torch.accelerator.is_available():
        return {}
    return {"use_cpu": True, "bf16": False, "activation_checkpointing": False, "dataloader_pin_memory": False}
