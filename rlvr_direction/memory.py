"""Whether a pair fits into memory: what its weights take, and what is free, said before they are loaded."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from logging import INFO, WARNING
from pathlib import Path
from typing import Any

import psutil
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from rlvr_direction.checkpoints import SPREADING, load_part, torch_dtype

__all__ = ["free_bytes", "say_room", "weights_bytes"]

ADVICE = "pass --dtype bfloat16, --device-map auto, or to score a pair --sequential"


def weights_bytes(name: str | Path, dtype: torch.dtype | str, **how: Any) -> int:
    """How many bytes a checkpoint's weights take in a number format; only its configuration is loaded, with `how`."""
    config = load_part(AutoConfig, name, **how)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, trust_remote_code=how.get("trust_remote_code", False))
    dtype = torch_dtype(dtype)
    itemsize = (getattr(config, "dtype", None) or torch.float32 if dtype == "auto" else dtype).itemsize
    return sum(weight.numel() for weight in model.parameters()) * itemsize


def free_bytes(device_map: str | None) -> int:
    """How much memory is free where a device map puts a model: on one GPU, on all of them, or beside the processor."""
    spread = device_map in SPREADING
    gpus = range(torch.cuda.device_count()) if spread else []
    if str(device_map).startswith("cuda"):
        gpus = [torch.device(device_map).index or 0]
    free = sum(torch.cuda.mem_get_info(gpu)[0] for gpu in gpus)
    return free + (psutil.virtual_memory().available if spread or not gpus else 0)


def say_room(models: Sequence[tuple[str | Path, Mapping[str, Any]]], dtype: torch.dtype | str) -> None:
    """Log what the weights of models take, and what is free; warn where that is too little.

    Each model comes with how it is loaded: `device_map`, and what its configuration is loaded with.
    """
    needed: dict[str | None, int] = defaultdict(int)
    for name, how in models:
        needed[how["device_map"]] += weights_bytes(
            name, dtype, **{key: value for key, value in how.items() if key != "device_map"}
        )
    for place, size in needed.items():
        free, on = free_bytes(place), f" on {place}" if place else ""
        said = f"memory: the weights take {size / 1e9:.2f} GB, and {free / 1e9:.2f} GB are free{on}"
        level, said = (INFO, said) if size < free else (WARNING, f"{said}; {ADVICE}")
        logging.getLogger(__name__).log(level, said)
