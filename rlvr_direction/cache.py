"""One model and its key/value cache, fed a batch whose rows need not advance together."""

import inspect
from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import DynamicCache, PreTrainedConfig, PreTrainedModel

__all__ = ["Fed", "OwnCacheStream", "RollbackStream", "Stream", "masks_itself", "text_config"]

WINDOWED = {"full_attention": False, "sliding_attention": True}
WINDOWS = ("sliding_window", "use_sliding_window", "max_window_layers")
CACHES = ("past_key_values", "cache_params", "state")
Normalise = Callable[[Tensor], Tensor]


class Fed(NamedTuple):
    """Tokens to append to every row: their ids, their positions in the text, and False for padding and idle rows."""

    ids: Int[Tensor, "batch time"]
    positions: Int[Tensor, "batch time"]
    valid: Bool[Tensor, "batch time"]


@runtime_checkable
class Stream(Protocol):
    """One model's next-token log-probabilities over texts that grow."""

    def feed(self, fed: Fed, *, keep: int) -> Float[Tensor, "batch keep vocab"]:
        """Append tokens and return the log-probabilities of what follows each of the last `keep`."""

    def drop(self, kept: Bool[Tensor, "batch time"]) -> None:
        """Take back the last tokens fed, where `kept` is False."""

    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Forget every row but these, in this order; a row may be named twice."""


def text_config(model: PreTrainedModel) -> PreTrainedConfig:
    """The configuration of the language model, which a multimodal model keeps inside its own."""
    return model.config.get_text_config(decoder=True)


def masks_itself(model: PreTrainedModel) -> bool:
    """Whether a model is said to keep nothing but attention, with a mask and positions of the caller's own."""
    config = text_config(model)
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    windows = {name.strip("_") for name, value in vars(config).items() if "window" in name and value}
    unknown = {name for name in windows if name not in WINDOWS and not name.endswith("pattern")}
    return (
        kinds <= WINDOWED.keys()
        and not unknown
        and "position_ids" in inspect.signature(model.forward).parameters
        and not model._is_stateful
        and config._attn_implementation in ("eager", "sdpa")
    )


class RollbackStream:
    """A cache that only grows: tokens that are dropped stay as holes that no later token sees.

    The mask is built here, from each slot's position and validity, on a full-length cache, so that it is right under a
    sliding window, too: a token sees what is valid, not after it, and less than a window before it.
    """

    def __init__(self, model: PreTrainedModel, normalise: Normalise) -> None:
        self._model, self._normalise, self._config = model, normalise, text_config(model)
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
        window = getattr(self._config, "sliding_window", None)
        if window is None:
            return self._additive(seen)
        kinds = getattr(self._config, "layer_types", None) or ["sliding_attention"]
        masks = {kind: self._additive(seen & (behind < window) if WINDOWED[kind] else seen) for kind in set(kinds)}
        return masks if len(masks) > 1 else next(iter(masks.values()))

    def _additive(self, seen: Bool[Tensor, "batch time slots"]) -> Tensor:
        """Attention as sdpa takes it is boolean; eager attention adds a number to the scores."""
        seen = seen.unsqueeze(1)
        if self._config._attn_implementation == "sdpa":
            return seen
        dtype = self._model.dtype
        return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, torch.finfo(dtype).min)


class OwnCacheStream:
    """The model's own cache and a mask of padding alone: for recurrent layers, which cannot take a token back."""

    def __init__(self, model: PreTrainedModel, normalise: Normalise) -> None:
        self._model, self._normalise = model, normalise
        self._taken = inspect.signature(model.forward).parameters
        self._cache_name = next(name for name in CACHES if name in self._taken)
        self._cache, self._valid = None, None

    @torch.inference_mode()
    def feed(self, fed: Fed, *, keep: int) -> Float[Tensor, "batch keep vocab"]:
        """Append tokens and return the log-probabilities of what follows each of the last `keep`."""
        fed = Fed(*(tensor.to(self._model.device) for tensor in fed))
        self._valid = fed.valid if self._valid is None else torch.cat([self._valid, fed.valid], dim=1)
        mask = self._valid if self._cache_name == "past_key_values" else fed.valid  # a state remembers no padding
        named = {
            "attention_mask": mask.long(),
            "position_ids": fed.positions,
            "logits_to_keep": keep,
            self._cache_name: self._cache,
        }
        taken = {name: value for name, value in named.items() if name in self._taken}
        out = self._model(input_ids=fed.ids, use_cache=True, **taken)
        self._cache = getattr(out, self._cache_name)
        return self._normalise(out.logits[:, -keep:])

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
        self._cache.reorder_cache(rows)
