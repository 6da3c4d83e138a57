"""TRL's GRPOConfig, the fields that DAPO and the weightings add to it, and the paper's preset."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from math import lcm
from typing import Any, no_type_check

import torch
from transformers.integrations import get_available_reporting_integrations
from trl import GRPOConfig, TrlParser

__all__ = ["ReweightedGRPOConfig", "complete", "parse", "preset", "updates_per_rollout"]


def _added(default: bool | int, text: str) -> Any:
    """A field that GRPOConfig lacks, with its help text for TRL's parser."""
    return field(default=default, metadata={"help": text})


@no_type_check  # when it is made: TRL declares floats and accepts whole numbers for them
@dataclass
class ReweightedGRPOConfig(GRPOConfig):
    """TRL's GRPOConfig with the same defaults, and fields of our own that are off; `dapo` is the paper's preset.

    Only `ReweightedGRPOTrainer` reads the added fields: TRL's own `GRPOTrainer` accepts this configuration and silently
    ignores them, dynamic sampling included.
    """

    dynamic_sampling: bool = _added(
        False, "Replace groups whose responses are all right or all wrong (by the first reward function)."
    )
    dynamic_sampling_tries: int = _added(
        4, "Generations per rollout after which dynamic sampling keeps the groups that it has."
    )
    truncated_behaviour: bool = _added(
        False, "With top_p < 1: divide importance ratios by the truncated policy that sampled."
    )
    direction_every: int = _added(
        0,
        "Every n-th update, measure the share of tokens with positive (negative) advantage that it raises (lowers). "
        "Costs a forward pass. 0: never.",
    )

    @classmethod
    def dapo(cls, output_dir: str, **overrides: object) -> "ReweightedGRPOConfig":
        """The paper's preset (section 5): clip 0.2 / 0.28, dual clip 10, token-mean loss, no KL, T = 1, top_p = 1.

        It switches dynamic sampling on, which only `ReweightedGRPOTrainer` does. The soft overlong penalty is TRL's
        reward function `get_soft_overlong_punishment`. `overrides` are fields of GRPOConfig and replace the preset's.
        """
        return cls(output_dir, **{**preset(), **overrides})


ReweightedGRPOConfig.__no_type_check__ = False  # from here on: parsers read the types of the fields


def updates_per_rollout(args: GRPOConfig) -> int:
    """Optimizer updates until an update and a rollout end together; checkpoints must lie at multiples of it."""
    accumulated = args.gradient_accumulation_steps
    return lcm(args.num_iterations * args.steps_per_generation, accumulated) // accumulated


def complete(args: GRPOConfig) -> None:
    """Add our fields to a GRPOConfig of TRL's that lacks them, at their defaults."""
    for own in fields(ReweightedGRPOConfig):
        if not hasattr(args, own.name):
            setattr(args, own.name, own.default)


def preset() -> dict[str, Any]:
    """The fields that `dapo` sets; without an accelerator also those that TRL needs to run on a CPU."""
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
    if torch.accelerator.is_available():
        return paper
    return paper | {"use_cpu": True, "bf16": False, "activation_checkpointing": False, "dataloader_pin_memory": False}


def parse(arguments: Sequence[str]) -> ReweightedGRPOConfig:
    """Read a configuration from command-line arguments, as TRL's scripts do; `dapo` gives the defaults.

    `--config run.yaml` reads fields from a file; arguments such as `--learning_rate 1e-5` override it. Raises
    ValueError for an unknown field or an invalid value.
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
