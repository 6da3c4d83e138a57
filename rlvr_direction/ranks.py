"""Processes that share out a run, as torchrun and accelerate launch start them; one alone is rank 0 of 1."""

import os
from datetime import timedelta

__all__ = ["device", "rank", "wait_for_all", "world_size"]

PATIENCE = timedelta(days=7)  # ranks wait for the slowest part of a run; torchrun ends all if one fails


def rank() -> int:
    """The number of this process, from 0: `RANK` of the environment."""
    return int(os.environ.get("RANK", 0))


def world_size() -> int:
    """How many processes there are: `WORLD_SIZE` of the environment."""
    return int(os.environ.get("WORLD_SIZE", 1))


def wait_for_all() -> None:
    """Return once every rank has come here."""
    if world_size() == 1:
        return
    from torch import distributed  # one process alone need not load it

    if not distributed.is_initialized():
        distributed.init_process_group("gloo", timeout=PATIENCE)
    distributed.barrier()


def device() -> str | None:
    """The GPU of this rank on its machine, in the form of a `device_map`; None where there is one process or no GPU."""
    if world_size() == 1:
        return None
    from torch import cuda

    return f"cuda:{int(os.environ.get('LOCAL_RANK', 0)) % cuda.device_count()}" if cuda.is_available() else None
