"""One model and its key/value cache, fed a batch whose rows need not advance together."""

import inspect
from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import pad
from transformers import DynamicCache, PreTrainedConfig, PreTrainedModel

__all__ = ["Fed", "OwnCacheStream", "RollbackStream", "Stream", "accepts_custom_mask", "text_config"]

WINDOWED = {"full_attention": False, "sliding_attention": True}
WINDOWS = ("sliding_window", "use_sliding_window", "max_window_layers")
CACHES = ("past_key_values", "cache_params", "state")
Normalise = Callable[[Tensor], Tensor]


class Fed(NamedTuple):
    """Tokens to append to every row: their ids, their positions in the text, and False for padding and idle rows."""

    ids: Int[Tensor, "batch time"]
    positions: Int[Tensor, "batch time"]
    valid: Bool[Tensor, "batch time"]

    def rows(self, chosen: Tensor) -> "Fed":
        """The chosen rows, in this order."""
        return Fed(*(column[chosen] for column in self))

    def then(self, more: "Fed") -> "Fed":
        """These tokens and, after them in every row, more."""
        return Fed(*(torch.cat(columns, dim=1) for columns in zip(self, more, strict=True)))

    def without(self, kept: Bool[Tensor, "batch last"]) -> "Fed":
        """These tokens, the last of which are no longer valid where `kept` is False."""
        return self._replace(valid=self.valid & pad(kept, (self.valid.shape[1] - kept.shape[1], 0), value=True))


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
    """The configuration of the language model, which a multimodal model nests inside its own."""
    return model.config.get_text_config(decoder=True)


def accepts_custom_mask(model: PreTrainedModel) -> bool:
    """Whether a model, by its configuration, is attention alone and obeys the caller's mask and positions."""
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


class _CachedStream:
    """A model, its cache and all that was fed to it; subclasses differ in the mask and in what they take back."""

    def __init__(self, model: PreTrainedModel, normalise: Normalise) -> None:
        self._model, self._normalise = model, normalise
        self._parameters = inspect.signature(model.forward).parameters
        self._cache_name = next(name for name in CACHES if name in self._parameters)
        self._cache = None
        self._text: Fed | None = None

    @torch.inference_mode()
    def feed(self, fed: Fed, *, keep: int) -> Float[Tensor, "batch keep vocab"]:
        """Append tokens and return the log-probabilities of what follows each of the last `keep`."""
        fed = Fed(*(column.to(self._model.device) for column in fed))
        self._text = fed if self._text is None else self._text.then(fed)
        inputs = {
            "attention_mask": self._mask(fed),
            "position_ids": fed.positions,
            "logits_to_keep": keep,
            self._cache_name: self._cache,
        }
        accepted = {name: value for name, value in inputs.items() if name in self._parameters}
        out = self._model(input_ids=fed.ids, use_cache=True, **accepted)
        self._cache = getattr(out, self._cache_name)
        return self._normalise(out.logits[:, -keep:])

    @torch.inference_mode()
    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Forget every row but these, in this order; a row may be named twice."""
        rows = rows.to(self._model.device)
        self._text = self._text.rows(rows)
        self._cache.reorder_cache(rows)


class RollbackStream(_CachedStream):
    """A cache that only grows: tokens that are dropped stay as holes that no later token sees.

    The cache has full length, and the mask is built here from the position and validity of each slot. It is therefore
    right under a sliding window, too: a token sees what is valid, not after it, and less than a window before it.
    """

    def __init__(self, model: PreTrainedModel, normalise: Normalise) -> None:
        super().__init__(model, normalise)
        self._config, self._cache = text_config(model), DynamicCache()

    @torch.inference_mode()
    def drop(self, kept: Bool[Tensor, "batch time"]) -> None:
        """Turn the last tokens fed into holes, where `kept` is False."""
        self._text = self._text.without(kept.to(self._model.device))

    def _mask(self, fed: Fed) -> Tensor | dict[str, Tensor]:
        """Which slots each new token sees: one mask, or one for each kind of layer."""
        n_new, window = fed.ids.shape[1], getattr(self._config, "sliding_window", None)
        distance = fed.positions.unsqueeze(2) - self._text.positions.unsqueeze(1)
        seen = self._text.valid.unsqueeze(1) & (distance >= 0)
        seen[:, :, -n_new:] |= torch.eye(n_new, dtype=torch.bool, device=seen.device)  # attention to nothing is nan
        if window is None:
            return self._encoded(seen)
        kinds = getattr(self._config, "layer_types", None) or ["sliding_attention"]
        masks = {kind: self._encoded(seen & (distance < window) if WINDOWED[kind] else seen) for kind in set(kinds)}
        return masks if len(masks) > 1 else next(iter(masks.values()))

    def _encoded(self, seen: Bool[Tensor, "batch time slots"]) -> Tensor:
        """A mask as the attention takes it: sdpa a boolean, eager attention a number to add to the scores."""
        seen = seen.unsqueeze(1)
        if self._config._attn_implementation == "sdpa":
            return seen
        dtype = self._model.dtype
        return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, torch.finfo(dtype).min)


class OwnCacheStream(_CachedStream):
    """The model's own cache and a mask of padding alone: for recurrent layers, which cannot take a token back."""

    def drop(self, kept: Bool[Tensor, "batch time"]) -> None:
        """Raise ValueError if a token is to be taken back."""
        if not kept.all():
            raise ValueError(
                f"{type(self._model).__name__} cannot take tokens back from its cache; decode it with block=1"
            )

    def _mask(self, fed: Fed) -> Tensor:
        """False on padding: of the whole text for attention, of the new tokens for a recurrent state."""
        return (self._text if self._cache_name == "past_key_values" else fed).valid.long()
