"""A base and its RL policy, run side by side: the only module that runs two models and shifts tokens by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from rlvr_direction import checkpoints
from rlvr_direction.adapters import is_adapter, with_adapter
from rlvr_direction.batches import Batch, forward, in_memory
from rlvr_direction.cache import RollbackStream, Stream
from rlvr_direction.distributions import PairLogprobs, log_softmax_
from rlvr_direction.memory import say_room
from rlvr_direction.progress import count_tokens
from rlvr_direction.prompts import Prompt, encode_prompt
from rlvr_direction.rope import rows_per_side, start_stream
from rlvr_direction.selfcheck import Capabilities, Head, examine
from rlvr_direction.vocabularies import load_tokenizer

__all__ = ["ModelPair", "Predictions", "predictions", "states_at"]

CHUNK_ELEMENTS = 1 << 25  # of one model; a product with fewer rows would read the whole vocabulary for little


class Predictions(NamedTuple):
    """Tokens, both models' logits where they were predicted, and the largest probability lost by a cut vocabulary.

    The logits, base and RL, are in float32; their memory is there to be used.
    """

    tokens: Int[Tensor, " tokens"]
    logits: tuple[Float[Tensor, "tokens vocab"], Float[Tensor, "tokens vocab"]]
    cut_mass: tuple[float, float]

    @property
    def logprobs(self) -> PairLogprobs:
        """Both policies, in the memory of the logits."""
        return PairLogprobs(*(log_softmax_(column) for column in self.logits))


@dataclass(frozen=True)
class ModelPair:
    """Two causal language models of one vocabulary and their tokenizer.

    If both have equally many vocabulary rows, all rows stay in the softmax; otherwise both are cut to the tokenizer's
    tokens (`vocab_size`). Raises what `checkpoints.common_rows` and `selfcheck.examine` raise.
    """

    base: PreTrainedModel
    rl: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    vocab_size: int = field(init=False)
    capabilities: tuple[Capabilities, Capabilities] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, model in zip(("base", "rl"), self.models, strict=True):
            if hasattr(model, "merge_and_unload"):
                raise ValueError(
                    f"{name} is a model inside an adapter ({type(model).__name__}); pass {name}.merge_and_unload(), or "
                    f"{name}.get_base_model() if the other model is not the one inside"
                )
        rows = [model.get_output_embeddings().weight.shape[0] for model in self.models]
        object.__setattr__(self, "vocab_size", checkpoints.common_rows(rows, self.tokenizer))
        found = {model: examine(model.eval()) for model in self.models}
        object.__setattr__(self, "capabilities", tuple(found[model] for model in self.models))
        checkpoints.warn_of_settings(*(model.generation_config for model in self.models))

    @classmethod
    def from_pretrained(
        cls,
        base: str | Path,
        rl: str | Path,
        *,
        revision: str | None = None,
        base_revision: str | None = None,
        rl_revision: str | None = None,
        adapter: bool = False,
        dtype: torch.dtype | str = torch.float32,
        device_map: str | None = None,
        rl_device_map: str | None = None,
        attn_implementation: str | None = None,
        trust_remote_code: bool = False,
        **reading: Any,
    ) -> "ModelPair":
        """Load both models from folders or Hub names; the tokenizers must agree, and RL's is taken unless asked.

        If `rl` is an adapter of the base, the base's weights are held once; `adapter` insists on it. `rl_device_map` is
        RL's device if it is another. `reading` is passed on to `load_tokenizer`: whose tokenizer and which chat
        template both models read by. Raises FileNotFoundError for a model that is neither a folder nor available from
        the Hub, and ValueError for two tokenizers that disagree, for weights that are not in safetensors, and for a
        family, number format, attention or device that is not available.
        """
        both = {"dtype": checkpoints.torch_dtype(dtype), "attn_implementation": attn_implementation}
        code = {"trust_remote_code": trust_remote_code}
        of_base = {"revision": base_revision or revision, "device_map": device_map, **code}
        of_rl = {"revision": rl_revision or revision, "device_map": rl_device_map or device_map, **code}
        adapts = is_adapter(rl, of_rl["revision"])
        if adapter and not adapts:
            raise ValueError(f"{rl} is no adapter: it has no adapter_config.json, or a model beside it")
        checkpoints.check_model(base, **of_base)
        if not adapts:
            checkpoints.check_model(rl, **of_rl)
        revisions = {"base_revision": of_base["revision"], "rl_revision": of_rl["revision"]}
        tokenizer = load_tokenizer(base, rl, **revisions, **code, **reading)
        say_room([(base, of_base)] if adapts else [(base, of_base), (rl, of_rl)], dtype)
        below = checkpoints.load_part(AutoModelForCausalLM, base, **of_base, **both)
        if adapts:
            return cls(below, with_adapter(below, rl, revision=of_rl["revision"]), tokenizer)
        return cls(below, checkpoints.load_part(AutoModelForCausalLM, rl, **of_rl, **both), tokenizer)

    @property
    def models(self) -> tuple[PreTrainedModel, PreTrainedModel]:
        """Base, then RL."""
        return self.base, self.rl

    @property
    def context(self) -> int:
        """The most tokens, prompt and response together, that both models take."""
        return min(checkpoints.context_length(model) for model in self.models)

    @property
    def pad_id(self) -> int:
        """The token id that fills padding; no model ever sees it."""
        return self.tokenizer.pad_token_id or 0

    def encode_prompt(self, prompt: Prompt) -> list[int]:
        """Encode a string or a list of messages, with the tokenizer's chat template if it has one."""
        return encode_prompt(self.tokenizer, prompt)

    def encode_response(self, response: str) -> list[int]:
        """Encode a response as the token ids of its own text, without special tokens."""
        return self.tokenizer(response, add_special_tokens=False)["input_ids"]

    def at_tokens(
        self, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"], wanted: Bool[Tensor, "batch time"]
    ) -> Iterator[Predictions]:
        """Yield the wanted tokens, in row order, with both policies' predictions of them, in chunks of bounded size.

        Only the wanted positions are projected on the vocabulary, about thirty million numbers at a time. The first
        token of a text has no prediction and cannot be wanted.
        """
        batch = Batch(*(tensor.to(self.base.device) for tensor in (ids, mask, wanted)))
        both = [*zip(self.models, self.capabilities, strict=True)]
        heads = [can.head(model) if can.head else torch.nn.Identity() for model, can in both]
        states = [states_at(model, batch, logits=not can.head) for model, can in both]
        yield from predictions(batch, states, heads, self.vocab_size)

    def streams(self) -> tuple[Stream, Stream]:
        """Start a cached stream of next-token log-probabilities for each model: base, then RL.

        A pair of one model with itself has one stream. Raises ValueError for a model whose cached steps do not give
        what a full forward gives.
        """
        base = self._stream(self.base, self.capabilities[0])
        return base, base if self.rl is self.base else self._stream(self.rl, self.capabilities[1])

    def _stream(self, model: PreTrainedModel, capabilities: Capabilities) -> Stream:
        if capabilities.stream is None:
            raise ValueError(
                f"{type(model).__name__} gives other predictions after its cache than for the whole text, so what it "
                "writes would be wrong; it can be scored, but not decoded"
            )
        return start_stream(
            capabilities.stream, model, lambda rows: log_softmax_(_cut(rows, self.vocab_size, self.base.device))
        )

    @property
    def supports_rollback(self) -> bool:
        """Whether both models can take tokens back from their caches, which block decoding requires."""
        return all(can.stream is RollbackStream for can in self.capabilities)


def states_at(model: PreTrainedModel, batch: Batch, *, logits: bool = False) -> Float[Tensor, "tokens width"]:
    """A model's last hidden states where it predicts the wanted tokens, in row order, or its `logits` there."""
    texts = range(len(batch.ids))
    return torch.cat([*in_memory(partial(_states_of, model, batch, logits=logits), texts, len(texts))])


def _states_of(model: PreTrainedModel, batch: Batch, texts: range, *, logits: bool) -> Float[Tensor, "tokens width"]:
    ids, mask, wanted = (column[texts.start : texts.stop] for column in batch)
    body, sizes, found = model if logits else model.base_model, rows_per_side(model, mask), []
    for some_ids, some_mask, some_wanted in zip(*(x.split(sizes) for x in (ids, mask, wanted)), strict=True):
        out = forward(body, some_ids, some_mask)
        states = out.logits if logits else out.last_hidden_state
        found.append(states[:, :-1][some_wanted[:, 1:].to(states.device)])
    return torch.cat(found)


def predictions(
    batch: Batch, states: Sequence[Tensor], heads: Sequence[Head], vocab_size: int
) -> Iterator[Predictions]:
    """Yield the wanted tokens with what both models' heads make of their states, about thirty million numbers each."""
    tokens = batch.ids[:, 1:][batch.wanted[:, 1:]]
    step = max(1, CHUNK_ELEMENTS // vocab_size)
    for start in range(0, len(tokens), step):
        chunk = slice(start, start + step)
        logits = [head(own[chunk]) for head, own in zip(heads, states, strict=True)]
        cut_mass = tuple(_cut_mass(rows, vocab_size) for rows in logits)
        count_tokens(len(tokens[chunk]))
        yield Predictions(tokens[chunk], tuple(_cut(rows, vocab_size, tokens.device) for rows in logits), cut_mass)


def _cut(logits: Float[Tensor, "*batch rows"], vocab_size: int, device: torch.device) -> Float[Tensor, "*batch vocab"]:
    return logits[..., :vocab_size].float().to(device)


def _cut_mass(logits: Float[Tensor, "tokens rows"], vocab_size: int) -> float:
    """The largest probability that a position gives to rows beyond the common vocabulary."""
    if logits.shape[-1] == vocab_size:
        return 0.0
    return torch.softmax(logits.float(), dim=-1)[:, vocab_size:].sum(-1).max().item()
