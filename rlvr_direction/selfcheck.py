"""A model's own logits for a text alone, against what it gives for that text in a padded batch and in cached steps."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import PreTrainedModel

from rlvr_direction.batches import forward, pad, positions
from rlvr_direction.cache import Fed, OwnCacheStream, RollbackStream, Stream, masks_itself
from rlvr_direction.checkpoints import context_length
from rlvr_direction.rope import switch

__all__ = ["Shown", "examine"]

TOKENS = 13
EXACT = 1e-3  # a probability may differ by this in float32
ROUNDED = 0.15  # ... and by this in half precision, where two forwards of one text differ too

Texts = list[list[int]]


class Shown(NamedTuple):
    """Whether the head on the last hidden state gives the logits; which stream decodes exactly, None if none does."""

    head_matches_logits: bool
    stream: type[Stream] | None


@torch.inference_mode()
def examine(model: PreTrainedModel) -> Shown:
    """What a model shows on two short texts, the second of which is the start of the first.

    Raises ValueError for logits that are not finite, and for predictions that depend on what stands beside a text or
    after it.
    """
    texts = _texts(model)
    alone = [model(input_ids=torch.tensor([ids], device=model.device), use_cache=False).logits[0] for ids in texts]
    if not all(logits.isfinite().all() for logits in alone):
        raise ValueError(f"{type(model).__name__} gives logits that are not finite; check the checkpoint and its dtype")
    ids, mask = pad(texts, pad_id=0)
    together = forward(model, ids, mask).logits
    seen = [*(row[: len(text)] for row, text in zip(together, texts, strict=True)), alone[0][: len(texts[1])]]
    off = max(map(_off, seen, [*alone, alone[1]]))
    if off > _bound(model):
        raise ValueError(
            f"{type(model).__name__} gives a text other predictions in a padded batch, or when more text follows, than "
            f"alone (a probability is off by {off:.2g}), so its scores would depend on the batch; use another model"
        )
    kinds = [RollbackStream, OwnCacheStream] if masks_itself(model) else [OwnCacheStream]
    stream = next((kind for kind in kinds if _streams(model, kind, texts, alone)), None)
    return Shown(_projects(model, ids, mask, together), stream)


def _texts(model: PreTrainedModel) -> Texts:
    """Token ids from all over the vocabulary, and their first half."""
    n = min(TOKENS, context_length(model), switch(model) or TOKENS)
    rows = model.get_output_embeddings().weight.shape[0]
    ids = torch.randint(0, rows, (n,), generator=torch.Generator().manual_seed(0)).tolist()
    return [ids, ids[: max(3, n // 2)]]


def _projects(
    model: PreTrainedModel, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"], logits: Tensor
) -> bool:
    """Whether a chunked projection may stand for the model's own: not where it caps or scales its logits."""
    states = getattr(forward(model.base_model, ids, mask), "last_hidden_state", None)
    if states is None:
        return False
    return torch.allclose(model.get_output_embeddings()(states).float(), logits.float(), rtol=1e-4, atol=1e-4)


def _streams(model: PreTrainedModel, kind: type[Stream], texts: Texts, alone: list[Tensor]) -> bool:
    """Whether cached steps give a text's own predictions; a model that cannot even take them does not."""
    try:
        return _steps(kind(model, lambda logits: logits), texts, alone) <= _bound(model)
    except Exception:  # whatever a forward of a foreign model may raise
        return False


def _steps(stream: Stream, texts: Texts, alone: list[Tensor]) -> float:
    """The largest error of a probability: texts read up to two tokens, then two steps; rows are copied, moved, left."""
    ids, mask = pad([text[:-2] for text in texts], pad_id=0, left=True)
    seen = stream.feed(Fed(ids, positions(mask), mask), keep=1)
    found = list(zip(seen[:, 0], (logits[-3] for logits in alone), strict=True))
    for rows, left, order in (([1, 0, 1], 2, [1, 0, 1]), ([0, 2], 1, [1, 1])):
        stream.keep(torch.tensor(rows))
        ids = torch.tensor([[texts[i][-left]] for i in order])
        fed = Fed(ids, torch.tensor([[len(texts[i]) - left] for i in order]), torch.ones_like(ids, dtype=torch.bool))
        if isinstance(stream, RollbackStream):
            stream.feed(fed._replace(ids=ids.roll(1, 0), valid=fed.valid.clone()), keep=1)
            stream.drop(~fed.valid)
        seen = stream.feed(fed, keep=1)
        found += [(row, alone[i][-left]) for row, i in zip(seen[:, 0], order, strict=True)]
    return max(_off(*pair) for pair in found)


def _off(seen: Float[Tensor, "*batch vocab"], expected: Float[Tensor, "*batch vocab"]) -> float:
    """The largest difference of two probabilities."""
    return (seen.float().softmax(-1) - expected.float().softmax(-1).to(seen.device)).abs().max().item()


def _bound(model: PreTrainedModel) -> float:
    exact = model.dtype in (torch.float32, torch.float64) and torch.get_float32_matmul_precision() == "highest"
    return EXACT if exact else ROUNDED
