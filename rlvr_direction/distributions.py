"""Pure functions of a pair's next-token log-probabilities at one position.

Every function is exact over the whole vocabulary, in nats, and works on any leading batch shape.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

__all__ = [
    "PairLogprobs",
    "Sampling",
    "at",
    "delta_logp",
    "entropy",
    "extrapolate",
    "inverse_cdf",
    "jensen_shannon",
    "kl",
    "log_softmax",
    "total_variation",
    "truncate",
]

SMALL_VOCABULARY = 1 << 14  # up to here torch.log_softmax errs by less than 1e-6
ROWS_IN_CACHE = 2


class PairLogprobs(NamedTuple):
    """Normalised next-token log-probabilities (nats) of both policies at the same positions."""

    base: Float[Tensor, "*batch vocab"]
    rl: Float[Tensor, "*batch vocab"]


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn: temperature 0 is the argmax; top_p is the nucleus, cut after the temperature.

    Raises ValueError for a negative temperature or a top_p outside (0, 1].
    """

    temperature: float = 1.0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if self.temperature != 0 and not 1e-3 <= self.temperature <= 1e3:
            raise ValueError(f"temperature is {self.temperature}; expected 0 (the argmax), or 0.001 to 1000")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p}; expected a number above 0 and at most 1")


def at(logp: Float[Tensor, "*batch vocab"], token: Int[Tensor, "*batch"] | None) -> Float[Tensor, "..."]:
    """Log-probability (nats) of one token per position, `(*batch)`; token None gives the whole vocabulary: `logp`."""
    return logp if token is None else logp.gather(-1, token.unsqueeze(-1)).squeeze(-1)


def log_softmax(logits: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch vocab"]:
    """Normalised log-probabilities (nats), in float32 within 1e-5 of float64 at a vocabulary of 152,000.

    torch.log_softmax adds the exponentials one by one, with errors of up to 2e-5. `sum` adds them in pairs; taking few
    rows at a time keeps them in the processor's cache.
    """
    logp = torch.log_softmax(logits, dim=-1)
    if logits.shape[-1] > SMALL_VOCABULARY:
        for rows in logp.view(-1, logits.shape[-1]).split(ROWS_IN_CACHE):
            rows -= rows.exp().sum(-1, keepdim=True).log()
    return logp


def _expectation(logp: Float[Tensor, "*batch vocab"], value: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch"]:
    """Mean of `value` under exp(logp); a token of probability zero adds nothing, even where value is infinite."""
    p = logp.exp()
    mean = (p * value).sum(-1)
    if mean.isnan().any():  # zero times infinity
        mean = torch.where(p == 0, 0.0, p * value).sum(-1)
    return mean


def entropy(logp: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch"]:
    """Shannon entropy E_pi[-log pi] in nats (the paper's default magnitude, of the base).

    >>> round(entropy(torch.tensor([0.5, 0.25, 0.25, 0.0]).log()).item(), 4)  # 1.5 log 2
    1.0397
    """
    return -_expectation(logp, logp)


def kl(p: Float[Tensor, "*batch vocab"], q: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch"]:
    """KL(p || q) = E_p[log p - log q] in nats; infinite where q excludes what p allows.

    >>> p, q = torch.tensor([0.5, 0.5]).log(), torch.tensor([0.25, 0.75]).log()
    >>> round(kl(p, q).item(), 3), round(kl(q, p).item(), 3)  # it has a direction
    (0.144, 0.131)
    """
    return _expectation(p, p - q)


def jensen_shannon(logprobs: PairLogprobs) -> Float[Tensor, "*batch"]:
    """Jensen-Shannon divergence in nats: the mean KL of both policies to their equal mixture, at most log 2."""
    mixture = torch.logaddexp(logprobs.base, logprobs.rl) - torch.log(torch.tensor(2.0))
    return (kl(logprobs.base, mixture) + kl(logprobs.rl, mixture)) / 2


def total_variation(logprobs: PairLogprobs) -> Float[Tensor, "*batch"]:
    """Total variation distance, 0 to 1: the least share of draws that must differ between the two policies."""
    return (logprobs.rl.exp() - logprobs.base.exp()).abs().sum(-1) / 2


def delta_logp(logprobs: PairLogprobs, token: Int[Tensor, "*batch"] | None) -> Float[Tensor, "..."]:
    """Log pi_rl(token) - log pi_base(token) in nats: the signed direction of the update (paper, section 3.1).

    One number per position, `(*batch)`; token None gives those of the whole vocabulary, `(*batch, vocab)`.

    >>> pair = PairLogprobs(torch.tensor([0.5, 0.5]).log(), torch.tensor([0.25, 0.75]).log())
    >>> [round(delta, 2) for delta in delta_logp(pair, None).tolist()]
    [-0.69, 0.41]
    """
    return at(logprobs.rl, token) - at(logprobs.base, token)


def extrapolate(logprobs: PairLogprobs, gamma: float) -> Float[Tensor, "*batch vocab"]:
    """Log-probabilities of pi_gamma, proportional to pi_rl^(1+gamma) / pi_base^gamma (paper, section 4.1).

    gamma = -1 is the base, 0 is RL, above 0 goes past RL. What RL excludes stays excluded for every gamma above -1.

    >>> pair = PairLogprobs(torch.tensor([0.5, 0.5]).log(), torch.tensor([0.25, 0.75]).log())
    >>> extrapolate(pair, 1.0).exp()  # 0.25^2 / 0.5 to 0.75^2 / 0.5 is 1 to 9
    tensor([0.1000, 0.9000])
    """
    if gamma == 0:
        return logprobs.rl
    if gamma == -1:
        return logprobs.base
    delta = (logprobs.rl - logprobs.base).masked_fill(logprobs.rl == -torch.inf, 0.0)
    return log_softmax(logprobs.rl + gamma * delta)


def truncate(logp: Float[Tensor, "*batch vocab"], sampling: Sampling) -> Float[Tensor, "*batch vocab"]:
    """The policy that is sampled in fact: tempered, cut to its nucleus, renormalised; -inf outside.

    The token that crosses top_p stays, ties go to the lower id, and temperature 0 keeps the argmax alone.

    >>> truncate(torch.tensor([0.5, 0.3, 0.2]).log(), Sampling(top_p=0.7)).exp()
    tensor([0.6250, 0.3750, 0.0000])
    """
    if sampling.temperature == 0:
        kept = torch.zeros_like(logp, dtype=torch.bool).scatter_(-1, logp.argmax(-1, keepdim=True), True)
        return torch.where(kept, 0.0, -torch.inf)
    if sampling.temperature != 1:
        logp = log_softmax(logp / sampling.temperature)
    if sampling.top_p == 1:
        return logp
    return log_softmax(logp.masked_fill(~_nucleus(logp, sampling.top_p), -torch.inf))


def _nucleus(logp: Float[Tensor, "*batch vocab"], top_p: float) -> Bool[Tensor, "*batch vocab"]:
    """The smallest set of likeliest tokens whose mass reaches top_p."""
    ordered, order = logp.sort(dim=-1, descending=True, stable=True)
    p = ordered.double().exp()
    return torch.zeros_like(logp, dtype=torch.bool).scatter_(-1, order, p.cumsum(-1) - p < top_p)


def inverse_cdf(logp: Float[Tensor, "*batch vocab"], uniform: Float[Tensor, "*batch"]) -> Int[Tensor, "*batch"]:
    """The token whose step of the cumulative distribution, in token-id order and float64, holds the uniform.

    Each position uses one number in [0, 1); a token of probability zero is never drawn.

    >>> inverse_cdf(torch.tensor([[0.5, 0.3, 0.2]] * 3).log(), torch.tensor([0.0, 0.6, 0.99]))
    tensor([0, 1, 2])
    """
    cdf = logp.double().exp().cumsum(-1)
    total = cdf[..., -1]
    target = torch.minimum(uniform.double() * total, total.nextafter(torch.zeros_like(total)))
    return torch.searchsorted(cdf, target.unsqueeze(-1), right=True).squeeze(-1)
