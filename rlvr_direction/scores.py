"""Scores of a position or of its token: what a pair's policies say about one step of a response.

A score is a function `(view, token)` that gives one number per position. It is used twice: to fill the token table and
to gate decoding. A new metric is one line in `SCORES`.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rlvr_direction.distributions import PairLogprobs, at, delta_logp, entropy, jensen_shannon, kl, truncate
from rlvr_direction.sampling import Sampling

__all__ = ["SCORES", "Proposer", "Score", "Truncated", "View", "of_all_tokens"]

Proposer = Literal["base", "rl"]


class Truncated:
    """Both policies as they are sampled; each is made when it is first asked for, since most scores never ask.

    `base, rl = truncated` and `PairLogprobs(*truncated)` make both.
    """

    def __init__(self, raw: PairLogprobs, sampling: Sampling) -> None:
        self._raw, self._sampling = raw, sampling

    @cached_property
    def base(self) -> Float[Tensor, "*batch vocab"]:
        """The base's log-probabilities, -inf where it does not sample."""
        return truncate(self._raw.base, self._sampling)

    @cached_property
    def rl(self) -> Float[Tensor, "*batch vocab"]:
        """RL's log-probabilities, -inf where it does not sample."""
        return truncate(self._raw.rl, self._sampling)

    def __iter__(self) -> Iterator[Tensor]:
        """Base, then RL."""
        return iter((self.base, self.rl))


class View(NamedTuple):
    """What a score may look at: raw policies (T = 1, whole vocabulary), the policies sampled from, and who proposes."""

    raw: PairLogprobs
    sampled: PairLogprobs | Truncated
    proposer: Proposer = "base"


Score = Callable[[View, Tensor], Tensor]


class _OfToken(NamedTuple):
    """A score that depends on the token: `value(raw, token)`; token None asks for the whole vocabulary."""

    value: Callable[[PairLogprobs, Tensor | None], Tensor]

    def __call__(self, view: View, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
        return self.value(view.raw, token)

    def of_all(self, view: View) -> Float[Tensor, "*batch vocab"]:
        return self.value(view.raw, None)


SCORES: MappingProxyType[str, Score] = MappingProxyType(
    {
        "logp_base": _OfToken(lambda raw, token: at(raw.base, token)),
        "logp_rl": _OfToken(lambda raw, token: at(raw.rl, token)),
        "delta_logp": _OfToken(delta_logp),
        "entropy_base": lambda view, _: entropy(view.raw.base),
        "entropy_rl": lambda view, _: entropy(view.raw.rl),
        "kl_base_rl": lambda view, _: kl(view.raw.base, view.raw.rl),
        "kl_rl_base": lambda view, _: kl(view.raw.rl, view.raw.base),
        "jensen_shannon": lambda view, _: jensen_shannon(view.raw),
        "abs_delta_logp": _OfToken(lambda raw, token: delta_logp(raw, token).abs()),
        "gap_to_rl_argmax": _OfToken(lambda raw, token: raw.rl.amax(-1, keepdim=token is None) - at(raw.rl, token)),
    }
)
"""Every score, in nats, of the raw distributions (paper, section 3.1): of the sampled token (`delta_logp`,
`abs_delta_logp`, `logp_*`, `gap_to_rl_argmax`), or of the position, whatever was sampled there (the others)."""


def of_all_tokens(score: Score, view: View) -> Float[Tensor, "*batch vocab"]:
    """The score of every token of the vocabulary; a score that is not in `SCORES` is called token by token."""
    if isinstance(score, _OfToken):
        return score.of_all(view)
    first, vocab_size = view.raw.base[..., 0].long(), view.raw.base.shape[-1]
    return torch.stack([score(view, torch.full_like(first, token)) for token in range(vocab_size)], dim=-1)
