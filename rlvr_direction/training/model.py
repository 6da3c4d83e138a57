"""The model that a run trains: its number format, and the adapter in place of its weights."""

from copy import copy
from typing import Any

from peft import LoraConfig
from transformers import AutoModelForCausalLM, PreTrainedModel

from rlvr_direction.checkpoints import load_part, torch_dtype
from rlvr_direction.training.config import ReweightedGRPOConfig
from rlvr_direction.training.settings import TrainSettings

__all__ = ["adapter_config", "load_model", "trainer_config"]


def load_model(settings: TrainSettings) -> PreTrainedModel:
    """The model, in float32 unless `dtype` or `model_init_kwargs` say otherwise.

    Raises ValueError for an option that no model takes, and what `load_part` raises.
    """
    options, dtype = _options(settings)
    try:
        return load_part(AutoModelForCausalLM, settings.model, **options, dtype=torch_dtype(dtype))
    except TypeError as error:
        raise ValueError(f"model_init_kwargs: {error}; pass what from_pretrained takes for {settings.model}") from error


def adapter_config(settings: TrainSettings) -> LoraConfig | None:
    """The adapter to train, on all linear layers but the output layer; None to train the model's own weights.

    It has no dropout, so the policy that is trained is the one that samples.
    """
    if settings.lora is None:
        return None
    alpha = settings.lora_alpha or 2 * settings.lora  # as TRL's own scripts have it
    return LoraConfig(r=settings.lora, lora_alpha=alpha, target_modules="all-linear", task_type="CAUSAL_LM")


def trainer_config(settings: TrainSettings) -> ReweightedGRPOConfig:
    """TRL's configuration for a model that is loaded already; its options stay if a reference model needs them.

    TRL gives the reference the number format of the model, and warns of options that it ignores. The reference of an
    adapter is the model without it.
    """
    grpo = copy(settings.grpo)
    grpo.model_init_kwargs = _options(settings)[0] if grpo.beta and settings.lora is None else None
    return grpo


def _options(settings: TrainSettings) -> tuple[dict[str, Any], str]:
    """What `from_pretrained` takes after the model's name; and the name of the number format."""
    options = dict(settings.grpo.model_init_kwargs or {})
    named = [options.pop(name, None) for name in ("torch_dtype", "dtype")]
    return options, settings.dtype or named[0] or named[1] or "float32"
