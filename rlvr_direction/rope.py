"""Rope factors that switch where a text outgrows the original context: each text is read as it would be alone."""

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import PreTrainedModel

from rlvr_direction.cache import Fed, Stream, text_config

__all__ = ["SwitchingStream", "rows_per_side", "start_stream", "switch_length"]


def switch_length(model: PreTrainedModel) -> int | None:
    """The most tokens of a text under the short factors of LongRoPE; None where factors do not depend on the length."""
    rope = getattr(text_config(model), "rope_parameters", None) or {}
    kinds = [rope, *(kind for kind in rope.values() if isinstance(kind, dict))]
    ends = [kind["original_max_position_embeddings"] for kind in kinds if kind.get("rope_type") == "longrope"]
    return min(ends, default=None)


def rows_per_side(model: PreTrainedModel, mask: Bool[Tensor, "batch time"]) -> list[int]:
    """How many adjacent rows may share a forward: the lengths of the runs of rows on one side of the switch."""
    beyond = mask.sum(1) > (switch_length(model) or mask.shape[1])
    return beyond.unique_consecutive(return_counts=True)[1].tolist()


def start_stream(kind: type[Stream], model: PreTrainedModel, read: Callable[[Tensor], Tensor]) -> Stream:
    """A stream of one kind over a model, whose logits `read` turns into log-probabilities."""
    make, switch = partial(kind, model, read), switch_length(model)
    return make() if switch is None else SwitchingStream(make, switch)


class SwitchingStream:
    """A stream for the rows on each side of the switch; when a row changes sides, every row is read again."""

    def __init__(self, make: Callable[[], Stream], switch: int) -> None:
        self._make, self._switch = make, switch
        self._text: Fed | None = None
        self._beyond = torch.zeros(0, dtype=torch.bool)
        self._streams: dict[bool, Stream] = {}

    def feed(self, fed: Fed, *, keep: int) -> Float[Tensor, "batch keep vocab"]:
        """Append tokens and return the log-probabilities of what follows each of the last `keep`."""
        beyond = fed.positions[:, -keep:] >= self._switch
        if (beyond.any(1) & ~beyond.all(1)).any():  # each token is to be read as the last of its text
            sizes = [fed.ids.shape[1] - keep + 1] + [1] * (keep - 1)
            steps = zip(*(column.split(sizes, dim=1) for column in fed), strict=True)
            return torch.cat([self.feed(Fed(*step), keep=1) for step in steps], dim=1)
        self._text = fed if self._text is None else self._text.then(fed)
        beyond = (self._text.valid & (self._text.positions >= self._switch)).any(1)
        if not torch.equal(beyond, self._beyond):
            self._beyond, fed = beyond, self._text
            self._streams = {side: self._make() for side in beyond.unique().tolist()}
        fed = fed._replace(positions=fed.positions.where(fed.valid, 0))  # the factors depend on the largest position
        sides = {side: self._beyond == side for side in self._streams}
        found = [stream.feed(fed.rows(sides[side]), keep=keep) for side, stream in self._streams.items()]
        order = torch.cat([rows.nonzero()[:, 0] for rows in sides.values()]).argsort()
        return torch.cat(found)[order.to(found[0].device)]

    def drop(self, kept: Bool[Tensor, "batch time"]) -> None:
        """Take back the last tokens fed, where `kept` is False."""
        self._text = self._text.without(kept)
        for side, stream in self._streams.items():
            stream.drop(kept[self._beyond == side])

    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Forget every row but these, in this order; a row may be named twice."""
        chosen = self._beyond[rows]
        self._streams = {side: stream for side, stream in self._streams.items() if (chosen == side).any()}
        for side, stream in self._streams.items():
            place = (self._beyond == side).cumsum(0) - 1
            stream.keep(place[rows[chosen == side]])
        self._text, self._beyond = self._text.rows(rows), chosen
