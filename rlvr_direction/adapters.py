"""RL as an adapter on the base: two models that hold the base's weights once."""

import json
from copy import deepcopy
from itertools import chain
from pathlib import Path

from huggingface_hub import hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, HFValidationError
from transformers import PreTrainedModel

__all__ = ["adapted", "is_adapter", "with_adapter"]

CONFIG = "adapter_config.json"


def is_adapter(name: str | Path, revision: str | None = None) -> bool:
    """Whether a folder or Hub name holds an adapter and no model of its own."""
    if Path(name).exists():
        return Path(name, CONFIG).is_file() and not any(Path(name).glob("model*.safetensors"))
    try:
        hf_hub_download(str(name), CONFIG, revision=revision)
    except (OSError, EntryNotFoundError, HFValidationError):
        return False
    return True


def adapted(folder: str | Path) -> str | None:
    """The model that the adapter in a folder says it was trained on."""
    return json.loads(Path(folder, CONFIG).read_text(encoding="utf-8")).get("base_model_name_or_path")


def with_adapter(base: PreTrainedModel, name: str | Path, *, revision: str | None = None) -> PreTrainedModel:
    """RL: the base with an adapter, as a second model that shares every weight of the base, which stays as it is.

    Raises ValueError for an adapter that does not fit the base or is no set of weights beside its layers.
    """
    from peft import PeftModel

    weights = {id(tensor): tensor for tensor in chain(base.parameters(), base.buffers())}
    own = deepcopy(base, weights)  # other modules, the same tensors
    try:
        rl = PeftModel.from_pretrained(own, str(name), revision=revision)
    except (ValueError, RuntimeError) as error:
        why = " ".join(" ".join(str(error).strip().splitlines()[:2]).split())  # the first line may announce a list
        raise ValueError(f"{name} does not fit the base: {why}") from error
    if rl.active_peft_config.is_prompt_learning:
        raise ValueError(
            f"{name} puts learnt vectors before the text ({rl.peft_type}); only adapters of layers are read"
        )
    return rl.get_base_model().eval()
