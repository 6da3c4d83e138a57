"""Texts of different lengths as one padded batch that fits into memory, and a model's plain forward pass over it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from transformers import PreTrainedModel

__all__ = ["Batch", "forward", "in_memory", "pad", "positions"]

Work = TypeVar("Work")


class Batch(NamedTuple):
    """Padded texts: their token ids, False on the padding, and True at the tokens whose prediction is wanted."""

    ids: Int[Tensor, "batch time"]
    mask: Bool[Tensor, "batch time"]
    wanted: Bool[Tensor, "batch time"]


def pad(
    rows: Sequence[Sequence[int]], *, pad_id: int, left: bool = False
) -> tuple[Int[Tensor, "batch time"], Bool[Tensor, "batch time"]]:
    """Join rows of token ids in one tensor, padded on one side; the mask is False on the padding."""
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), pad_id)
    mask = torch.zeros(len(rows), width, dtype=torch.bool)
    for i, row in enumerate(rows):
        where = slice(width - len(row), width) if left else slice(0, len(row))
        ids[i, where] = torch.tensor(row, dtype=torch.long)
        mask[i, where] = True
    return ids, mask


def positions(mask: Bool[Tensor, "batch time"]) -> Int[Tensor, "batch time"]:
    """The position of each token in its text, counted from 0 without the padding."""
    return (mask.long().cumsum(1) - 1).clamp(min=0)


def forward(module: PreTrainedModel, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"]) -> object:
    """Run a model, or its body without the head, over whole texts and return its output."""
    ids, mask = ids.to(module.device), mask.to(module.device)
    return module(input_ids=ids, attention_mask=mask.long(), position_ids=positions(mask), use_cache=False)


def in_memory(work: Callable[[Sequence[int]], Work], rows: Sequence[int], size: int) -> Iterator[Work]:
    """Yield the work on consecutive rows, `size` at a time; where memory runs out, half as many, and so from then on.

    Raises what PyTorch raises for a row that does not fit alone.
    """
    start = 0
    while start < len(rows):
        some = rows[start : start + size]
        try:
            done = work(some)
        except RuntimeError as error:
            if not _is_out_of_memory(error) or len(some) == 1:
                raise
            size = -(-len(some) // 2)
        else:
            yield done
            start += len(some)
            continue
        _release(size)  # here, where the error no longer holds on to what the work had made


def _is_out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)  # the latter on a CPU


def _release(size: int) -> None:
    logging.getLogger(__name__).warning("out of memory: going on with %d texts at a time", size)
    if torch.accelerator.is_available():
        torch.accelerator.empty_cache()
