"""What a model can do, by trial: two short texts alone, padded in one batch, and read in cached steps."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import PreTrainedModel

from rlvr_direction.batches import forward, pad, positions
from rlvr_direction.cache import Fed, OwnCacheStream, RollbackStream, Stream, accepts_custom_mask
from rlvr_direction.checkpoints import context_length
from rlvr_direction.rope import switch_length

__all__ = ["Capabilities", "examine"]

TOKENS = 13
EXACT = 1e-3  # the largest difference of a probability in float32
ROUNDED = 0.15  # ... and in half precision, where two forwards of one text differ too


class Capabilities(NamedTuple):
    """Whether the head on the last hidden state gives the logits; which stream decodes exactly, None if none does."""

    head_matches_logits: bool
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
    return Capabilities(_head_matches(model, ids, mask, batched), stream)


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


def _head_matches(
    model: PreTrainedModel, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"], logits: Tensor
) -> bool:
    """Whether the output embeddings alone give the model's logits: not where it caps or scales them."""
    states = getattr(forward(model.base_model, ids, mask), "last_hidden_state", None)
    if states is None:
        return False
    return torch.allclose(model.get_output_embeddings()(states).float(), logits.float(), rtol=1e-4, atol=1e-4)


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
