"""Rope factors that switch where a text outgrows the original context: each text is read as it would be alone."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import pad
from transformers import PreTrainedModel

from rlvr_direction.cache import Fed, Stream, text_config

__all__ = ["SidedStream", "runs", "switch"]


def switch(model: PreTrainedModel) -> int | None:
    """The most tokens of a text under the short factors of LongRoPE; None where factors do not depend on the length."""
    rope = getattr(text_config(model), "rope_parameters", None) or {}
    kinds = [rope, *(kind for kind in rope.values() if isinstance(kind, dict))]
    ends = [kind["original_max_position_embeddings"] for kind in kinds if kind.get("rope_type") == "longrope"]
    return min(ends, default=None)


def runs(model: PreTrainedModel, mask: Bool[Tensor, "batch time"]) -> Iterator[slice]:
    """Adjacent rows of a batch that may share a forward: those on one side of the switch."""
    beyond = mask.sum(1) > (switch(model) or mask.shape[1])
    turns = (beyond[1:] != beyond[:-1]).nonzero().squeeze(1) + 1
    for first, last in pairwise([0, *turns.tolist(), len(mask)]):
        yield slice(first, last)


class SidedStream:
    """Rows on either side of the switch in a cache each; a row that comes to the other side is read again."""

    def __init__(self, make: Callable[[], Stream], switch: int) -> None:
        self._make, self._switch = make, switch
        self._text: Fed | None = None
        self._sides: dict[bool, tuple[Stream, Tensor]] = {}

    def feed(self, fed: Fed, *, keep: int) -> Float[Tensor, "batch keep vocab"]:
        """Append tokens and return the log-probabilities of what follows each of the last `keep`."""
        beyond = fed.positions >= self._switch
        if keep > 1 and ((beyond & fed.valid).any(1) & (~beyond & fed.valid).any(1)).any():
            width = fed.ids.shape[1]
            cuts = pairwise([0, *range(width - keep + 1, width + 1)])
            return torch.cat([self.feed(Fed(*(t[:, a:b] for t in fed)), keep=1) for a, b in cuts], dim=1)
        fed = fed._replace(positions=fed.positions.where(fed.valid, 0))  # padding must not count as far on
        self._text = fed if self._text is None else Fed(*map(_beside, self._text, fed))
        side = (self._text.positions >= self._switch).any(1)
        sides, found = {}, []
        for far in side.unique().tolist():
            rows = (side == far).nonzero().squeeze(1)
            stream, held = self._sides.get(far, (None, rows[:0]))
            same = torch.equal(held, rows)
            sides[far] = (stream if same else self._make()), rows
            given = fed if same else self._text
            found.append(sides[far][0].feed(Fed(*(tensor[rows] for tensor in given)), keep=keep))
        self._sides = sides
        order = torch.cat([rows for _, rows in sides.values()]).argsort()
        return torch.cat(found)[order.to(found[0].device)]

    def drop(self, kept: Bool[Tensor, "batch time"]) -> None:
        """Take back the last tokens fed, where `kept` is False."""
        ids, where, valid = self._text
        valid = valid & pad(kept, (valid.shape[1] - kept.shape[1], 0), value=True)
        self._text = Fed(ids, where.where(valid, 0), valid)
        for stream, rows in self._sides.values():
            stream.drop(kept[rows])

    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Forget every row but these, in this order."""
        self._text = Fed(*(tensor[rows] for tensor in self._text))
        sides = {far: (stream, rows.unsqueeze(1) == held) for far, (stream, held) in self._sides.items()}
        self._sides = {far: (stream, at.any(1).nonzero().squeeze(1)) for far, (stream, at) in sides.items() if at.any()}
        for far, (stream, _) in self._sides.items():
            stream.keep(sides[far][1].nonzero()[:, 1])


def _beside(first: Tensor, second: Tensor) -> Tensor:
    return torch.cat([first, second], dim=1)
