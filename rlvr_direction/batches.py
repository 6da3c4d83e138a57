"""Texts of different lengths as one padded batch, and a model's plain forward over it."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from transformers import PreTrainedModel

__all__ = ["forward", "pad", "positions"]


def pad(
    rows: Sequence[Sequence[int]], *, pad_id: int, left: bool = False
) -> tuple[Int[Tensor, "batch time"], Bool[Tensor, "batch time"]]:
    """Rows of token ids as one tensor, and a mask that is False on the padding."""
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), pad_id)
    mask = torch.zeros(len(rows), width, dtype=torch.bool)
    for i, row in enumerate(rows):
        where = slice(width - len(row), width) if left else slice(0, len(row))
        ids[i, where] = torch.tensor(row, dtype=torch.long)
        mask[i, where] = True
    return ids, mask


def positions(mask: Bool[Tensor, "batch time"]) -> Int[Tensor, "batch time"]:
    """Where in its text each token stands, counted from 0 over what is not padding."""
    return (mask.long().cumsum(1) - 1).clamp(min=0)


def forward(module: PreTrainedModel, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"]) -> object:
    """What a model, or its body without the head, returns for whole texts."""
    ids, mask = ids.to(module.device), mask.to(module.device)
    return module(input_ids=ids, attention_mask=mask.long(), position_ids=positions(mask), use_cache=False)
