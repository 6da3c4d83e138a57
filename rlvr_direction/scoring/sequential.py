"""Score with one model in memory at a time: what the base makes of the texts waits on disk until RL has read them."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

from rlvr_direction import checkpoints
from rlvr_direction.batches import Batch
from rlvr_direction.memory import say_room
from rlvr_direction.pair import predictions, states_at
from rlvr_direction.scoring.spill import SpillingRun
from rlvr_direction.scoring.texts import Encoded
from rlvr_direction.scoring.tokens import batches, score_encoded
from rlvr_direction.selfcheck import Head, examine
from rlvr_direction.settings import ScoreSettings

__all__ = ["one_by_one"]

Parts = Sequence[Sequence[Encoded]]


class _Seen(NamedTuple):
    """What is known of a model that need no longer be in memory."""

    rows: int
    context: int
    generation_config: GenerationConfig | None
    head: Callable[[PreTrainedModel], Head]


class _Work(NamedTuple):
    """The texts, and the run in whose folder the base's hidden states wait."""

    run: SpillingRun
    parts: Parts
    batch_size: int
    pad_id: int

    def batches(self, index: int) -> Iterator[Batch]:
        return batches(self.parts[index], self.batch_size, self.pad_id)

    def unread(self, indices: Iterable[int]) -> Iterator[tuple[int, int, Batch]]:
        """The batches of these parts that the base has not read yet, each with the numbers of its part and its own."""
        for index in indices:
            for number, batch in enumerate(self.batches(index)):
                if not self.run.states_path(index, number).exists():
                    yield index, number, batch


def one_by_one(
    settings: ScoreSettings, run: SpillingRun, tokenizer: PreTrainedTokenizerBase, parts_for: Callable[..., Parts]
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield the number and the token table of each missing part, byte for byte those of a pair in memory.

    In memory are one model, the base's output layer and the hidden states of a batch. RL is loaded once beforehand, so
    that what is refused is refused before a text is read; `parts_for` gives the texts for a context and a vocabulary.
    Raises what `check_model`, `load_part`, `examine`, `common_rows`, `parts_for`, `SpillingRun.require_room` and
    `score_encoded` raise, and ValueError for a model whose logits do not follow from its last hidden states.
    """
    if not run.missing():
        return
    for which in ("base", "rl"):
        name, place = getattr(settings, which), _place(settings, which)
        checkpoints.check_model(name, **place)
        say_room([(name, place)], settings.dtype)
    of_rl = _examined(_load(settings, "rl"), "rl")
    _release()
    base = _load(settings, "base")
    of_base, device = _examined(base, "base"), base.device
    checkpoints.warn_of_settings(of_base.generation_config, of_rl.generation_config)
    vocab_size = checkpoints.common_rows([of_base.rows, of_rl.rows], tokenizer)
    parts = parts_for(context=min(of_base.context, of_rl.context), vocab_size=vocab_size)
    work = _Work(run, parts, settings.batch_size, tokenizer.pad_token_id or 0)
    _read_alone(base, work)
    _cut_loose(base.get_output_embeddings())
    head = of_base.head(base)
    del base
    _release()
    rl = _load(settings, "rl")
    heads = (head, of_rl.head(rl))
    for index in run.parts("scoring with RL"):
        states = _states(rl, work, index, device)
        found = (some for batch, both in states for some in predictions(batch, both, heads, vocab_size))
        yield index, score_encoded(tokenizer, parts[index], found)
        run.drop_states(index)


@torch.inference_mode()
def _read_alone(base: PreTrainedModel, work: _Work) -> None:
    """Keep the base's hidden states at all response tokens that have none yet, if the disk has room for them."""
    tokens = sum(int(batch.wanted.sum()) for _, _, batch in work.unread(work.run.missing()))
    width = base.get_output_embeddings().weight.shape[1]
    work.run.require_room(tokens * width * base.dtype.itemsize)
    work.run.begin()
    for index, number, batch in work.unread(work.run.parts("reading with the base")):
        work.run.write_states(index, number, states_at(base, batch))


def _states(
    rl: PreTrainedModel, work: _Work, index: int, device: torch.device
) -> Iterator[tuple[Batch, tuple[Tensor, Tensor]]]:
    """The batches of a part, each with the base's hidden states, from disk, and RL's."""
    for number, batch in enumerate(work.batches(index)):
        batch = Batch(*(tensor.to(device) for tensor in batch))
        yield batch, (work.run.states(index, number).to(device), states_at(rl, batch))


def _load(settings: ScoreSettings, which: str) -> PreTrainedModel:
    how = {"dtype": checkpoints.torch_dtype(settings.dtype), "attn_implementation": settings.attn_implementation}
    name, place = getattr(settings, which), _place(settings, which)
    return checkpoints.load_part(AutoModelForCausalLM, name, **place, **how).eval()


def _place(settings: ScoreSettings, which: str) -> dict[str, Any]:
    """Where one of the models is found and put, as `check_model` takes it."""
    own = settings.rl_device_map if which == "rl" else None
    return {
        "revision": settings.tokenizer[f"{which}_revision"],
        "device_map": own or settings.load["device_map"],
        "trust_remote_code": settings.trust_remote_code,
    }


def _examined(model: PreTrainedModel, which: str) -> _Seen:
    head = examine(model).head
    if head is None:
        raise ValueError(
            f"{which} is a {type(model).__name__}, whose logits do not follow from its last hidden states alone, so it "
            "cannot be scored one model at a time; leave out --sequential"
        )
    rows = model.get_output_embeddings().weight.shape[0]
    return _Seen(rows, checkpoints.context_length(model), model.generation_config, head)


def _cut_loose(layer: torch.nn.Module) -> None:
    """Copy a layer's weights: on a CPU they can be pieces of a file that is in memory whole as long as one of them is.

    The last bit of a product can depend on where within 64 bytes a tensor begins, so a copy begins as its original did.
    """
    for weight in layer.parameters():
        if weight.device.type == "cpu":
            room = weight.new_empty(weight.numel() + 64 // weight.itemsize)
            start = (weight.data_ptr() - room.data_ptr()) % 64 // weight.itemsize
            weight.data = room[start : start + weight.numel()].view_as(weight).copy_(weight.detach())


def _release() -> None:
    """Give back the memory of a model that nothing refers to any more."""
    gc.collect()
    if torch.accelerator.is_available():
        torch.accelerator.empty_cache()
