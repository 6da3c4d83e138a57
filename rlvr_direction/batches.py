"""Texts of different lengths as one padded batch, and a model's plain forward pass over it."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from transformers import PreTrainedModel

__all__ = ["forward", "pad", "positions"]


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
