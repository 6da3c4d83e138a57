"""The weightings: the paper's, its rivals', masks, and combinators that change another weighting."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from math import ceil

import torch
from jaxtyping import Float
from torch import Tensor

from rlvr_direction.reweighting.rollout import Rollout, Weighting

__all__ = [
    *("divergence", "entropy_top", "high_probability", "keep_above", "keep_below", "low_probability", "perplexity"),
    *("mean_one", "negative_only", "positive_only", "surprisal_top", "uniform"),
]


def uniform(rollout: Rollout) -> Float[Tensor, "B T"]:
    """1 everywhere: plain GRPO, bit for bit."""
    return torch.ones_like(rollout.logp_old)


def low_probability(alpha: float = 0.2) -> Weighting:
    """The paper's 1 + alpha (1 - pi_old), section 5: unlikely tokens count more.

    >>> rollout = Rollout(torch.tensor([[0.5, 0.9, 0.1]]).log(), mask=torch.ones(1, 3), advantages=torch.ones(1))
    >>> low_probability(0.2)(rollout)
    tensor([[1.1000, 1.0200, 1.1800]])
    """
    _positive("alpha", alpha)
    return _declaring(lambda rollout: 1 + alpha * (1 - rollout.logp_old.exp()), pointwise=True)


def high_probability(alpha: float = 0.3) -> Weighting:
    """Dominate (arXiv 2505.12929): alpha pi_old + 1 - alpha, so likely tokens count more."""
    _fraction("alpha", alpha)
    return _declaring(lambda rollout: alpha * rollout.logp_old.exp() + 1 - alpha, pointwise=True)


def perplexity(alpha: float = 0.1) -> Weighting:
    """PPL (arXiv 2508.02260): one weight per response, 1 - alpha z, never below 0.

    z is the response's mean negative log-likelihood, standardised over the non-empty responses to its prompt.
    """
    _positive("alpha", alpha)

    def weigh(rollout: Rollout) -> Tensor:
        nll = -(rollout.logp_old * rollout.mask).sum(1) / rollout.mask.sum(1)  # nan for an empty response
        z = _standardised(rollout.gather(nll).view(-1, rollout.group_size)).flatten()[rollout.own]
        return (1 - alpha * z).clamp(min=0).unsqueeze(1).expand_as(rollout.logp_old)

    return weigh


def entropy_top(fraction: float = 0.2) -> Weighting:
    """1 for this share of the rollout's tokens, those with the highest entropy, and 0 for the others."""
    _fraction("fraction", fraction)

    def weigh(rollout: Rollout) -> Tensor:
        return (rollout.entropy > _quantile(rollout, rollout.entropy, 1 - fraction)).to(rollout.logp_old)

    return _declaring(weigh, "entropy")


def surprisal_top(
    fraction: float = 0.1, *, amplify: float = 1.1, attenuate: float = 1.0, target_entropy: float = 0.3
) -> Weighting:
    """STARE (arXiv 2606.19236): `amplify` for the least likely tokens of positive advantage, 1 for the others.

    They are this share of these tokens, at least one. Those of negative advantage have the weight `attenuate`, .9 in
    the paper's two-sided variant. All weights are 1 once the mean entropy of the rollout's tokens reaches
    `target_entropy` (nats); .3 is the paper's for models of 7B parameters.
    The authors' code (hp-luo/STARE) ranks by the current policy, micro-batch by micro-batch; this ranks by pi_old over
    the whole rollout. Equally likely tokens have one weight, and there is no adaptive schedule, an option of theirs.
    """
    _fraction("fraction", fraction)
    for name, value in (("amplify", amplify), ("attenuate", attenuate), ("target_entropy", target_entropy)):
        _positive(name, value)

    def weigh(rollout: Rollout) -> Tensor:
        weights = torch.ones_like(rollout.logp_old)
        collapsing = _total(rollout, rollout.entropy) < target_entropy * _total(rollout, weights)
        for sign, weight in ((1, amplify), (-1, attenuate)):
            of_sign = rollout.mask * (sign * rollout.advantages[:, None] > 0)
            rarest = rollout.logp_old <= _quantile(replace(rollout, mask=of_sign), rollout.logp_old, fraction)
            weights = torch.where(collapsing & rarest & of_sign.bool(), weight, weights)
        return weights

    return _declaring(weigh, "entropy")


def keep_below(quantile: float = 0.2) -> Weighting:
    """1 for tokens whose pi_old is at most this quantile of the rollout's, 0 for the others."""
    _fraction("quantile", quantile)

    def weigh(rollout: Rollout) -> Tensor:
        return (rollout.logp_old <= _quantile(rollout, rollout.logp_old, quantile)).to(rollout.logp_old)

    return weigh


def keep_above(quantile: float = 0.2) -> Weighting:
    """1 for tokens whose pi_old is above this quantile of the rollout's, 0 for the others."""
    below = keep_below(quantile)
    return lambda rollout: 1 - below(rollout)


def divergence(alpha: float = 0.2, *, high: bool = True) -> Weighting:
    """Up to 1 + alpha for tokens on which training has moved the policy far or, with `high=False`, little.

    With d = |log pi_old - log pi_reference| of the token (nats): 1 + alpha (1 - exp(-d)), or 1 + alpha exp(-d).
    Modelled on the divergence-weighted advantages of arXiv 2603.22446, whose exact form we do not know.
    """
    _positive("alpha", alpha)

    def weigh(rollout: Rollout) -> Tensor:
        stayed = torch.exp(-(rollout.logp_old - rollout.logp_reference).abs())
        return 1 + alpha * (1 - stayed if high else stayed)

    return _declaring(weigh, "logp_reference", pointwise=True)


def positive_only(weighting: Weighting) -> Weighting:
    """The weighting where the advantage is positive, 1 elsewhere."""
    return _like(weighting, lambda rollout, weights: torch.where(rollout.advantages[:, None] > 0, weights, 1.0))


def negative_only(weighting: Weighting) -> Weighting:
    """The weighting where the advantage is negative, 1 elsewhere."""
    return _like(weighting, lambda rollout, weights: torch.where(rollout.advantages[:, None] < 0, weights, 1.0))


def mean_one(weighting: Weighting) -> Weighting:
    """The weighting, rescaled to a mean of 1 over the rollout's tokens, so that it does not enlarge the step.

    >>> rollout = Rollout(torch.tensor([[0.5, 0.9, 0.1]]).log(), mask=torch.ones(1, 3), advantages=torch.ones(1))
    >>> mean_one(low_probability(0.2))(rollout)
    tensor([[1.0000, 0.9273, 1.0727]])
    """

    def rescale(rollout: Rollout, weights: Tensor) -> Tensor:
        total = _total(rollout, weights)
        return weights * torch.where(total > 0, _total(rollout, torch.ones_like(weights)) / total, 1.0)

    rescaled = _like(weighting, rescale)
    rescaled.pointwise = False
    return rescaled


uniform.pointwise = True


def _declaring(weigh: Weighting, *needs: str, pointwise: bool = False) -> Weighting:
    weigh.needs, weigh.pointwise = frozenset(needs), pointwise
    return weigh


def _like(weighting: Weighting, change: Callable[[Rollout, Tensor], Tensor]) -> Weighting:
    """A weighting made from another one, with its declarations."""

    @wraps(weighting)
    def weigh(rollout: Rollout) -> Tensor:
        return change(rollout, weighting(rollout))

    return weigh


def _total(rollout: Rollout, values: Tensor) -> Tensor:
    """The sum of a value over all processes' tokens."""
    return rollout.gather((values * rollout.mask).sum(1)).sum()


def _quantile(rollout: Rollout, values: Tensor, q: float) -> Tensor:
    """The smallest value that a share q of all processes' tokens does not exceed; -inf for q = 0."""
    everywhere = rollout.gather(torch.where(rollout.mask.bool(), values, torch.nan))
    present = everywhere[~everywhere.isnan()]
    k = ceil(q * len(present) - 1e-9)
    return present.kthvalue(k).values if k else values.new_tensor(-torch.inf)


def _standardised(groups: Tensor) -> Tensor:
    """Each value minus its row's mean, over the row's sample deviation + 1e-4; nan is left out and becomes 0."""
    n, size = (~groups.isnan()).sum(1, keepdim=True), groups.shape[1]
    values = torch.where(groups.isnan(), groups.nanmean(1, keepdim=True).nan_to_num(), groups)
    if size == 1:
        return torch.zeros_like(values)
    spread = values.std(1, keepdim=True) * ((size - 1) / (n - 1).clamp(min=1)).sqrt()
    return (values - values.mean(1, keepdim=True)) / (spread + 1e-4)


def _positive(name: str, value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} is {value}; expected a number from 0 up")


def _fraction(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; expected a number from 0 to 1")
