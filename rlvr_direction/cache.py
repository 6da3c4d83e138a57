"""One model and its key/value cache, fed a batch whose rows need not advance together."""

import inspect
from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

__all__ = ["Fed", "PlainStream", "Stream", "stream", "takes_holes"]

WINDOWED = {"full_attention": False, "sliding_attention": True}
Normalise = Callable[[Tensor], Tensor]


class Fed(NamedTuple):
    """Tokens to append to every row: their ids, their positions in the text, and False for padding and idle rows."""

    ids: Int[Tensor, "batch time"]
    positions: Int[Tensor, "batch time"]
    valid: Bool[Tensor, "batch time"]


def takes_holes(model: PreTrainedModel) -> bool:
    """Whether tokens can be taken back from the model's cache: attention only, and a mask of one's own is obeyed."""
    kinds = set(getattr(model.config, "layer_types", None) or ["full_attention"])
    explicit = "position_ids" in inspect.signature(model.forward).parameters
    return (
        kinds <= WINDOWED.keys()
        and explicit
        and not model._is_stateful
        and model.config._attn_implementation in ("eager", "sdpa")
    )


def stream(model: PreTrainedModel, normalise: Normalise) -> "Stream | PlainStream":
    """A fresh stream of a model; `normalise` turns its logits into log-probabilities."""
    return Stream(model, normalise) if takes_holes(model) else PlainStream(model, normalise)


class Stream:
    """A cache that only grows: tokens that are dropped stay as holes that no later token sees.

    The mask is built here, from each slot's position and validity, on a full-length cache, so that it is right under a
    sliding window, too: a token sees what is valid, not after it, and less than a window behind it.
    """

    def __init__(self, model: PreTrainedModel, normalise: Normalise) -> None:
        self._model, self._normalise = model, normalise
        self._cache = DynamicCache()
        self._positions: Tensor | None = None
        self._valid: Tensor | None = None

    @torch.inference_mode()
    def feed(self, fed: Fed, *, keep: int) -> Float[Tensor, "batch keep vocab"]:
        """Append tokens and return the log-probabilities of what follows each of the last `keep`."""
        fed = Fed(*(tensor.to(self._model.device) for tensor in fed))
        fresh = self._positions is None
        self._positions = fed.positions if fresh else torch.cat([self._positions, fed.positions], dim=1)
        self._valid = fed.valid if fresh else torch.cat([self._valid, fed.valid], dim=1)
        out = self._model(
            input_ids=fed.ids,
            attention_mask=self._mask(fed.positions),
            position_ids=fed.positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=keep,
        )
        return self._normalise(out.logits[:, -keep:])

    @torch.inference_mode()
    def drop(self, kept: Bool[Tensor, "batch time"]) -> None:
        """Make holes of the last tokens fed, where `kept` is False."""
        self._valid[:, -kept.shape[1] :] &= kept.to(self._valid.device)

    @torch.inference_mode()
    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Forget every row but these, in this order."""
        rows = rows.to(self._model.device)
        self._positions, self._valid = self._positions[rows], self._valid[rows]
        self._cache.batch_select_indices(rows)

    def _mask(self, positions: Int[Tensor, "batch time"]) -> Tensor | dict[str, Tensor]:
        """Which slots each new token sees, as the model's attention takes it."""
        behind = positions.unsqueeze(2) - self._positions.unsqueeze(1)
        seen = self._valid.unsqueeze(1) & (behind >= 0)
        seen[:, :, -positions.shape[1] :] |= torch.eye(positions.shape[1], dtype=torch.bool, device=seen.device)
        config = self._model.config
        window = getattr(config, "sliding_window", None)
        if window is None:
            return self._additive(seen)
        kinds = getattr(config, "layer_types", None) or ["sliding_attention"]
        masks = {kind: self._additive(seen & (behind < window) if WINDOWED[kind] else seen) for kind in set(kinds)}
        return masks if len(masks) > 1 else next(iter(masks.values()))

    def _additive(self, seen: Bool[Tensor, "batch time slots"]) -> Tensor:
        """Attention as sdpa takes it is boolean; eager attention adds a number to the scores."""
        seen = seen.unsqueeze(1)
        if self._model.config._attn_implementation == "sdpa":
            return seen
        dtype = self._model.dtype
        return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, torch.finfo(dtype).min)


class PlainStream:
    """The model's own cache and a mask of padding alone: for recurrent layers, which cannot take a token back."""

    def __init__(self, model: PreTrainedModel, normalise: Normalise) -> None:
        self._model, self._normalise = model, normalise
        self._taken = inspect.signature(model.forward).parameters
        self._cache_name = "cache_params" if "cache_params" in self._taken else "past_key_values"
        self._cache, self._valid = None, None

    @torch.inference_mode()
    def feed(self, fed: Fed, *, keep: int) -> Float[Tensor, "batch keep vocab"]:
        """Append tokens and return the log-probabilities of what follows each of the last `keep`."""
        fed = Fed(*(tensor.to(self._model.device) for tensor in fed))
        self._valid = fed.valid if self._valid is None else torch.cat([self._valid, fed.valid], dim=1)
        named = {"position_ids": fed.positions, "logits_to_keep": keep, self._cache_name: self._cache}
        out = self._model(
            input_ids=fed.ids,
            attention_mask=self._valid.long(),
            use_cache=True,
            **{name: value for name, value in named.items() if name in self._taken},
        )
        self._cache = getattr(out, self._cache_name)
        return self._normalise(out.logits[:, -keep:])

    @torch.inference_mode()
    def drop(self, kept: Bool[Tensor, "batch time"]) -> None:
        """Nothing to do as long as nothing is taken back."""
        if not kept.all():
            raise ValueError(
                f"{type(self._model).__name__} cannot take tokens back from its cache; decode it with block=1"
            )

    @torch.inference_mode()
    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Forget every row but these, in this order."""
        rows = rows.to(self._model.device)
        self._valid = self._valid[rows]
        self._cache.batch_select_indices(rows)
