"""What a model can do, by trial: two short texts alone, padded in one batch, and read in cached steps."""

from collections.abc import Callable
from copy import copy
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import PreTrainedModel

from rlvr_direction.batches import forward, pad, positions
from rlvr_direction.cache import Fed, OwnCacheStream, RollbackStream, Stream, accepts_custom_mask
from rlvr_direction.checkpoints import context_length
from rlvr_direction.rope import switch_length

__all__ = ["Capabilities", "Head", "examine", "output_layer", "without_body"]

TOKENS = 13
EXACT = 1e-3  # the largest difference of a probability in float32
ROUNDED = 0.15  # ... and in half precision, where two forwards of one text differ too
WRAPPED = ("forward", "_old_forward", "_hf_hook")  # accelerate's, on a model that is spread over devices

Head = Callable[[Tensor], Tensor]  # from last hidden states (tokens, hidden) to logits (tokens, rows)


class Capabilities(NamedTuple):
    """How to make a head that gives a model's own logits, and which stream decodes exactly; None if none does."""

    head: Callable[[PreTrainedModel], Head] | None
    stream: type[Stream] | None


@torch.inference_mode()
def examine(model: PreTrainedModel) -> Capabilities:
    """Find out what a model can do, from two short texts of which the second is the start of the first.

    Raises ValueError for logits that are not finite, and for predictions that depend on other texts of the batch or on
    later tokens.
    """
    texts = _texts(model)
    alone = [_alone(model, ids) for ids in texts]
    if not all(logits.isfinite().all() for logits in alone):
        raise ValueError(f"{type(model).__name__} gives logits that are not finite; check the checkpoint and its dtype")
    ids, mask = pad(texts, pad_id=0)
    batched = forward(model, ids, mask).logits
    start = len(texts[1])
    off = max(_error(batched[0], alone[0]), _error(batched[1, :start], alone[1]), _error(alone[0][:start], alone[1]))
    if off > _bound(model):
        raise ValueError(
            f"{type(model).__name__} gives a text other predictions in a padded batch, or when more text follows, than "
            f"alone (a probability is off by {off:.2g}), so its scores would depend on the batch; use another model"
        )
    kinds = [RollbackStream, OwnCacheStream] if accepts_custom_mask(model) else [OwnCacheStream]
    stream = next((kind for kind in kinds if _decodes(model, kind, texts, alone)), None)
    return Capabilities(_head(model, ids, mask, batched), stream)


def output_layer(model: PreTrainedModel) -> Head:
    """A model's output embeddings, which are the whole head of most families."""
    return model.get_output_embeddings()


def without_body(model: PreTrainedModel) -> Head:
    """What a model itself does after its body, such as scaling or capping logits; the body's weights are not kept."""
    body, shell, own = _Given(model.base_model), copy(model), type(model)
    shell._modules = {**model._modules, model.base_model_prefix: body}
    for name in WRAPPED:
        vars(shell).pop(name, None)

    def head(states: Float[Tensor, "tokens hidden"]) -> Float[Tensor, "tokens rows"]:
        body.states = states.unsqueeze(0)
        return own.forward(shell, use_cache=False).logits[0]

    return head


class _Given(torch.nn.Module):
    """In the place of a body: its output has the hidden states that were given, and nothing else."""

    def __init__(self, body: PreTrainedModel) -> None:
        super().__init__()
        vars(self).update({name: value for name, value in vars(body).items() if isinstance(value, float)})

    def forward(self, *_: object, **__: object) -> "_Output":
        return _Output(self.states)


class _Output:
    def __init__(self, states: Tensor) -> None:
        self.last_hidden_state = states

    def __getitem__(self, index: int | slice) -> Tensor | tuple[Tensor, ...]:
        return (self.last_hidden_state,)[index]

    def __getattr__(self, name: str) -> None:  # no cache, no attention
        return None


def _alone(model: PreTrainedModel, ids: list[int]) -> Float[Tensor, "time vocab"]:
    """The model's own logits for one text; a mask of ones says what is true, and spares a warning about padding."""
    text = torch.tensor([ids], device=model.device)
    return model(input_ids=text, attention_mask=torch.ones_like(text), use_cache=False).logits[0]


def _texts(model: PreTrainedModel) -> list[list[int]]:
    """Token ids from all over the vocabulary, and their first half."""
    n = min(TOKENS, context_length(model), switch_length(model) or TOKENS)
    vocab_size = model.get_output_embeddings().weight.shape[0]
    ids = torch.randint(0, vocab_size, (n,), generator=torch.Generator().manual_seed(0)).tolist()
    return [ids, ids[: max(3, n // 2)]]


def _head(
    model: PreTrainedModel, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"], logits: Tensor
) -> Callable[[PreTrainedModel], Head] | None:
    """The first kind of head that makes the model's own logits of its last hidden states."""
    states = getattr(forward(model.base_model, ids, mask), "last_hidden_state", None)
    if states is None:
        return None
    kinds = (output_layer, without_body)
    return next((kind for kind in kinds if _matches(kind, model, states.flatten(0, 1), logits.flatten(0, 1))), None)


def _matches(kind: Callable[[PreTrainedModel], Head], model: PreTrainedModel, states: Tensor, logits: Tensor) -> bool:
    """Whether a head gives these logits; a model whose own code raises an error without its body does not."""
    try:
        seen = kind(model)(states).float()
        return torch.allclose(seen, logits.float().to(seen.device), rtol=1e-4, atol=1e-4)
    except Exception:  # whatever a forward of a foreign model may raise
        return False


def _decodes(model: PreTrainedModel, kind: type[Stream], texts: list[list[int]], alone: list[Tensor]) -> bool:
    """Whether cached steps give a text's own predictions; a model whose forward raises an error does not."""
    try:
        return _stepping_error(kind(model, lambda logits: logits), texts, alone) <= _bound(model)
    except Exception:  # whatever a forward of a foreign model may raise
        return False


def _stepping_error(stream: Stream, texts: list[list[int]], alone: list[Tensor]) -> float:
    """The largest error of a probability when the last two tokens are cached steps, and rows are copied and leave."""
    ids, mask = pad([text[:-2] for text in texts], pad_id=0, left=True)
    seen = stream.feed(Fed(ids, positions(mask), mask), keep=1)[:, 0]
    errors = [_error(row, logits[-3]) for row, logits in zip(seen, alone, strict=True)]
    for rows, left, order in (([1, 0, 1], 2, [1, 0, 1]), ([0, 2], 1, [1, 1])):
        stream.keep(torch.tensor(rows))
        ids = torch.tensor([[texts[i][-left]] for i in order])
        fed = Fed(ids, torch.tensor([[len(texts[i]) - left] for i in order]), torch.ones_like(ids, dtype=torch.bool))
        if isinstance(stream, RollbackStream):
            stream.feed(fed._replace(ids=ids.roll(1, 0)), keep=1)
            stream.drop(~fed.valid)
        seen = stream.feed(fed, keep=1)[:, 0]
        errors += [_error(row, alone[i][-left]) for row, i in zip(seen, order, strict=True)]
    return max(errors)


def _error(seen: Float[Tensor, "*batch vocab"], expected: Float[Tensor, "*batch vocab"]) -> float:
    """The largest difference of two probabilities."""
    return (seen.float().softmax(-1) - expected.float().softmax(-1).to(seen.device)).abs().max().item()


def _bound(model: PreTrainedModel) -> float:
    exact = model.dtype in (torch.float32, torch.float64) and torch.get_float32_matmul_precision() == "highest"
    return EXACT if exact else ROUNDED
