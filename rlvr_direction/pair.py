"""A base and its RL policy, run side by side: the only module that runs two models and shifts tokens by one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from rlvr_direction.cache import PlainStream, Stream, stream, takes_holes
from rlvr_direction.checkpoints import context_length, load_part, load_tokenizer
from rlvr_direction.distributions import PairLogprobs
from rlvr_direction.prompts import Prompt, encode_prompt

__all__ = ["ModelPair", "Predictions", "pad", "positions"]

CHUNK_ELEMENTS = 1 << 23
PROBE_TOKENS = 8


class Predictions(NamedTuple):
    """Tokens, both policies' predictions at them, and the most probability (base, RL) that a cut vocabulary lost."""

    tokens: Int[Tensor, " tokens"]
    logprobs: PairLogprobs
    cut_mass: tuple[float, float]


@dataclass(frozen=True)
class ModelPair:
    """Two causal language models of one vocabulary and their tokenizer.

    If both have equally many vocabulary rows, all rows stay in the softmax; if they differ, both are cut to the
    tokenizer's tokens (`vocab_size`). Raises ValueError where one then has too few rows.
    """

    base: PreTrainedModel
    rl: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    vocab_size: int = field(init=False)
    projects: tuple[bool, bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = {_head(model).weight.shape[0] for model in self.models}
        vocab_size = min(rows) if len(rows) == 1 else len(self.tokenizer)
        if min(rows) < vocab_size:
            raise ValueError(
                f"base and rl have {sorted(rows)} vocabulary rows, too few for the tokenizer's {vocab_size} tokens; "
                "pass two checkpoints and the tokenizer of one family"
            )
        object.__setattr__(self, "vocab_size", vocab_size)
        object.__setattr__(self, "projects", tuple(_projects(model.eval()) for model in self.models))

    @classmethod
    def from_pretrained(
        cls,
        base: str | Path,
        rl: str | Path,
        *,
        revision: str | None = None,
        dtype: torch.dtype | str = torch.float32,
        device_map: str | None = None,
    ) -> "ModelPair":
        """Load both models from folders or Hub names; the tokenizer is RL's, and must be the base's too.

        Raises FileNotFoundError for a model that is neither a folder nor to be had from the Hub, ValueError for two
        tokenizers that disagree.
        """
        tokenizer = load_tokenizer(base, rl, revision=revision)
        models = [
            load_part(AutoModelForCausalLM, name, revision=revision, dtype=dtype, device_map=device_map)
            for name in (base, rl)
        ]
        return cls(*models, tokenizer)

    @property
    def models(self) -> tuple[PreTrainedModel, PreTrainedModel]:
        """Base, then RL."""
        return self.base, self.rl

    @property
    def context(self) -> int:
        """The most tokens, prompt and response together, that both models take."""
        return min(context_length(model) for model in self.models)

    @property
    def pad_id(self) -> int:
        """A token id to fill padding with; what stands there is never read."""
        return self.tokenizer.pad_token_id or 0

    def encode_prompt(self, prompt: Prompt) -> list[int]:
        """A prompt as token ids, through the tokenizer's chat template if it has one."""
        return encode_prompt(self.tokenizer, prompt)

    def encode_response(self, response: str) -> list[int]:
        """A response as the token ids of its own text; nothing is added."""
        return self.tokenizer(response, add_special_tokens=False)["input_ids"]

    def logprobs(
        self, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"]
    ) -> tuple[PairLogprobs, Bool[Tensor, "batch time-1"]]:
        """Both policies' predictions of ids[:, 1:], `(batch, time - 1, vocab)`, and which of those are real tokens.

        `mask` is False on padding, left or right.
        """
        logps = [self._normalise(_forward(model, ids, mask).logits[:, :-1]) for model in self.models]
        return PairLogprobs(*logps), mask[:, 1:] & mask[:, :-1]

    def at_tokens(
        self, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"], wanted: Bool[Tensor, "batch time"]
    ) -> Iterator[Predictions]:
        """The wanted tokens, in row order, with both policies' predictions of them, a bounded chunk at a time.

        Only the wanted positions are projected on the vocabulary, at most about eight million numbers at once. A first
        token has no prediction and cannot be wanted.
        """
        ids, mask, wanted = (tensor.to(self.base.device) for tensor in (ids, mask, wanted))
        tokens = ids[:, 1:][wanted[:, 1:]]
        readers = [self._reader(i, ids, mask, wanted[:, 1:]) for i in range(2)]
        step = max(1, CHUNK_ELEMENTS // self.vocab_size)
        for start in range(0, len(tokens), step):
            chunk = slice(start, start + step)
            logits = [read(chunk) for read in readers]
            cut_mass = tuple(_cut_mass(rows, self.vocab_size) for rows in logits)
            yield Predictions(tokens[chunk], PairLogprobs(*map(self._normalise, logits)), cut_mass)

    def _reader(self, index: int, ids: Tensor, mask: Tensor, wanted: Tensor) -> Callable[[slice], Tensor]:
        """A function from a slice of the wanted positions to one model's logits there."""
        model = self.models[index]
        if not self.projects[index]:
            logits = _forward(model, ids, mask).logits[:, :-1][wanted.to(model.device)]
            return lambda chunk: logits[chunk]
        states = _forward(model.base_model, ids, mask).last_hidden_state[:, :-1]
        hidden = states[wanted.to(states.device)]
        return lambda chunk: _head(model)(hidden[chunk])

    def _normalise(self, logits: Float[Tensor, "*batch rows"]) -> Float[Tensor, "*batch vocab"]:
        return torch.log_softmax(logits[..., : self.vocab_size].float(), dim=-1).to(self.base.device)

    def streams(self) -> tuple[Stream | PlainStream, Stream | PlainStream]:
        """A fresh cached stream of next-token log-probabilities for each model: base, then RL."""
        return stream(self.base, self._normalise), stream(self.rl, self._normalise)

    @property
    def takes_holes(self) -> bool:
        """Whether both models can take tokens back from their caches, as block decoding needs it."""
        return all(map(takes_holes, self.models))


def pad(
    rows: Sequence[Sequence[int]], *, pad_id: int, left: bool = False
) -> tuple[Int[Tensor, "batch time"], Bool[Tensor, "batch time"]]:
    """Rows of token ids as one tensor, and a mask that is False on the padding."""
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), pad_id)
    mask = torch.zeros(len(rows), width, dtype=torch.bool)
    for i, row in enumerate(rows):
        where = slice(width - len(row), width) if left else slice(0, len(row))
        ids[i, where] = torch.tensor(row, dtype=torch.long)
        mask[i, where] = True
    return ids, mask


def positions(mask: Bool[Tensor, "batch time"]) -> Int[Tensor, "batch time"]:
    """Where in its text each token stands, counted from 0 over what is not padding."""
    return (mask.long().cumsum(1) - 1).clamp(min=0)


def _forward(module: PreTrainedModel, ids: Tensor, mask: Tensor) -> object:
    ids, mask = ids.to(module.device), mask.to(module.device)
    return module(input_ids=ids, attention_mask=mask.long(), position_ids=positions(mask), use_cache=False)


def _head(model: PreTrainedModel) -> torch.nn.Module:
    return model.get_output_embeddings()


def _cut_mass(logits: Float[Tensor, "tokens rows"], vocab_size: int) -> float:
    """The most probability that any position gives to rows past the common vocabulary."""
    if logits.shape[-1] == vocab_size:
        return 0.0
    return torch.softmax(logits.float(), dim=-1)[:, vocab_size:].sum(-1).max().item()


@torch.inference_mode()
def _projects(model: PreTrainedModel) -> bool:
    """Whether the head on the last hidden state gives the model's own logits; False where it caps or scales them."""
    ids = torch.arange(PROBE_TOKENS, device=model.device).unsqueeze(0) % model.config.vocab_size
    mask = torch.ones_like(ids, dtype=torch.bool)
    projected = _head(model)(_forward(model.base_model, ids, mask).last_hidden_state)
    return torch.allclose(projected.float(), _forward(model, ids, mask).logits.float(), rtol=1e-4, atol=1e-4)
