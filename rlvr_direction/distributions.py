"""Pure functions of a pair's next-token log-probabilities at one position.

Every function is exact over the whole vocabulary, in nats, and works on any leading batch shape.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rlvr_direction.sampling import Sampling, likeliest

__all__ = [
    "PairLogprobs",
    "at",
    "delta_logp",
    "draw",
    "entropy",
    "extrapolate",
    "inverse_cdf",
    "jensen_shannon",
    "kl",
    "log_softmax",
    "log_softmax_",
    "total_variation",
    "truncate",
]

SMALL_VOCABULARY = 1 << 14  # up to here torch.log_softmax errs by less than 1e-6
ROWS_IN_CACHE = 2


class PairLogprobs(NamedTuple):
    """Normalised next-token log-probabilities (nats) of both policies at the same positions."""

    base: Float[Tensor, "*batch vocab"]
    rl: Float[Tensor, "*batch vocab"]


def at(logp: Float[Tensor, "*batch vocab"], token: Int[Tensor, "*batch"] | None) -> Float[Tensor, "..."]:
    """Log-probability (nats) of one token per position, `(*batch)`; token None gives the whole vocabulary: `logp`."""
    return logp if token is None else logp.gather(-1, token.unsqueeze(-1)).squeeze(-1)


def log_softmax(logits: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch vocab"]:
    """Normalised log-probabilities (nats), in float32 within 1e-5 of float64 at a vocabulary of 152,000.

    On a processor torch.log_softmax adds the exponentials one by one, with errors of up to 2e-5. `sum` adds them in
    pairs; taking few rows at a time keeps them in the processor's cache.
    """
    return log_softmax_(logits.clone() if _in_pieces(logits) else logits)


def log_softmax_(logits: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch vocab"]:
    """What `log_softmax` gives, in the memory of the logits if there are many: they are not to be used again."""
    if not _in_pieces(logits):
        return torch.log_softmax(logits, dim=-1)
    logits = logits.contiguous()
    for rows in logits.view(-1, logits.shape[-1]).split(ROWS_IN_CACHE):
        rows -= rows.amax(-1, keepdim=True)
        rows -= rows.exp().sum(-1, keepdim=True).log()
    return logits


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
    logp = _tempered(logp, sampling)
    if not sampling.cuts:
        return logp
    rows = logp.reshape(-1, logp.shape[-1])
    cut = torch.full_like(rows, -torch.inf)
    for some in likeliest(rows, sampling):
        kept = log_softmax(some.logp.masked_fill(~some.kept, -torch.inf))
        cut[some.rows] = cut[some.rows].scatter_(1, some.ids, kept)
    return cut.view_as(logp)


def draw(
    logp: Float[Tensor, "*batch vocab"], sampling: Sampling, uniform: Float[Tensor, "*batch"]
) -> Int[Tensor, "*batch"]:
    """The token that `inverse_cdf` draws from the truncated policy, which is not made as a whole.

    >>> draw(torch.tensor([[0.5, 0.3, 0.2]] * 2).log(), Sampling(top_p=0.7), torch.tensor([0.6, 0.99]))
    tensor([0, 1])
    """
    if sampling.temperature == 0:
        return logp.argmax(-1)
    logp = _tempered(logp, sampling)
    if not sampling.cuts:
        return inverse_cdf(logp, uniform)
    rows, uniforms = logp.reshape(-1, logp.shape[-1]), uniform.reshape(-1)
    token = torch.empty(len(rows), dtype=torch.long, device=logp.device)
    for some in likeliest(rows, sampling):
        ids, order = some.ids.sort(dim=1)
        kept = some.logp.masked_fill(~some.kept, -torch.inf).gather(1, order)
        token[some.rows] = ids.gather(1, inverse_cdf(kept, uniforms[some.rows]).unsqueeze(1)).squeeze(1)
    return token.view(uniform.shape)


def inverse_cdf(logp: Float[Tensor, "*batch vocab"], uniform: Float[Tensor, "*batch"]) -> Int[Tensor, "*batch"]:
    """The token whose step of the cumulative distribution, in token-id order and float64, holds the uniform.

    Each position uses one number in [0, 1); a token of probability zero is never drawn.

    >>> inverse_cdf(torch.tensor([[0.5, 0.3, 0.2]] * 3).log(), torch.tensor([0.0, 0.6, 0.99]))
    tensor([0, 1, 2])
    """
    if _in_pieces(logp) and logp.numel() > ROWS_IN_CACHE * logp.shape[-1]:
        rows = logp.reshape(-1, logp.shape[-1]).split(ROWS_IN_CACHE), uniform.reshape(-1).split(ROWS_IN_CACHE)
        return torch.cat([inverse_cdf(*some) for some in zip(*rows, strict=True)]).view(uniform.shape)
    p = logp.exp() if _in_pieces(logp) else logp.double().exp()
    cdf = p.cumsum(-1, dtype=torch.float64)
    total = cdf[..., -1]
    target = torch.minimum(uniform.double() * total, total.nextafter(torch.zeros_like(total)))
    token = torch.searchsorted(cdf, target.unsqueeze(-1), right=True).squeeze(-1)
    return token.clamp(max=logp.shape[-1] - 1)  # where nothing is a number, too


def _in_pieces(logp: Float[Tensor, "*batch vocab"]) -> bool:
    """Whether rows are so long that a processor had better take few at a time."""
    return logp.shape[-1] > SMALL_VOCABULARY and logp.device.type == "cpu"


def _tempered(logp: Float[Tensor, "*batch vocab"], sampling: Sampling) -> Float[Tensor, "*batch vocab"]:
    return logp if sampling.temperature == 1 else log_softmax(logp / sampling.temperature)
