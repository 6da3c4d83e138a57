"""Exact statements: the policy that an intervention makes, natural gradient on a small tree, and Lemma 3.1."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from rlvr_direction.distributions import Sampling, extrapolate, inverse_cdf, truncate
from rlvr_direction.interventions import AtRandom, Intervention
from rlvr_direction.scores import View

__all__ = [
    "Accepted",
    "Mixed",
    "advantages",
    "expected_reward",
    "logit_gradient_norm",
    "mixed_policy",
    "natural_policy_gradient",
    "objective_weight",
    "response_probabilities",
    "response_tilt",
    "speculate",
    "speculative",
    "tilt",
    "whole_response_gradient",
]

Tree = Sequence[Float[np.ndarray, "_ _"]]


class Mixed(NamedTuple):
    """The policy that an intervention makes of a pair, and the expected shares of tokens selected and changed."""

    policy: Float[Tensor, "*batch vocab"]
    selected: Float[Tensor, "*batch"]
    changed: Float[Tensor, "*batch"]


def mixed_policy(view: View, intervention: Intervention, sampling: Sampling) -> Mixed:
    """The closed form of one step: q(v) (1 - f(v)) + m a(v), with m the sum of q f.

    Here q is the proposer's sampled policy, a the policy that replaces, and f(v) the probability that the criterion
    fires on v: 0 or 1, or the rate of `AtRandom`. The share m is selected; m minus the sum of q f a is changed.
    """
    q = getattr(view.sampled, view.proposer).double().exp()
    a = truncate(extrapolate(view.raw, intervention.gamma), sampling).double().exp()
    firing = _firing(view, intervention.where).double()
    selected = (q * firing).sum(-1)
    policy = q * (1 - firing) + selected.unsqueeze(-1) * a
    return Mixed(policy, selected, selected - (q * firing * a).sum(-1))


class Accepted(NamedTuple):
    """What speculative sampling makes of a draft: the policy of its tokens, and the share of drafts accepted."""

    policy: Float[Tensor, "*batch vocab"]
    accepted: Float[Tensor, "*batch"]


def speculative(draft: Float[Tensor, "*batch vocab"], target: Float[Tensor, "*batch vocab"]) -> Accepted:
    """Speculative sampling (arXiv 2211.17192) by its own steps: the policy is the target's, whatever the draft.

    A token v of the draft q is accepted with probability min(1, p(v) / q(v)), p being the target; a refused one is
    drawn anew from the positive part of p - q. Accepted is 1 minus the total variation of both. With the base as the
    draft and the policy of `mixed_policy` as the target, an engine's rejection sampler makes the paper's replacement.
    """
    kept = torch.minimum(draft, target)
    refused = 1 - kept.sum(-1, keepdim=True)
    rest = (target - draft).clamp(min=0)
    anew = rest / rest.sum(-1, keepdim=True).clamp(min=torch.finfo(rest.dtype).tiny)
    return Accepted(kept + refused * anew, kept.sum(-1))


def speculate(
    draft: Float[Tensor, " vocab"], target: Float[Tensor, " vocab"], uniforms: Float[Tensor, "draws 3"]
) -> tuple[Int[Tensor, " draws"], Bool[Tensor, " draws"]]:
    """Tokens drawn by speculative sampling and whether each is the draft's, from three uniforms per draw."""
    proposed = inverse_cdf(draft.log().expand(len(uniforms), -1), uniforms[:, 0])
    accepted = uniforms[:, 1] * draft[proposed] < target[proposed]
    rest = (target - draft).clamp(min=0)
    anew = inverse_cdf((rest / rest.sum()).log().expand(len(uniforms), -1), uniforms[:, 2])
    return torch.where(accepted, proposed, anew), accepted


def _firing(view: View, where: object) -> Float[Tensor, "*batch vocab"]:
    """The probability that a criterion fires on each token of the vocabulary."""
    if not isinstance(where, AtRandom):
        return where.of_all(view).float()
    rate = where.rate
    if callable(rate):
        rate = rate(view, torch.zeros_like(view.raw.base[..., 0], dtype=torch.long)).unsqueeze(-1)
    return torch.zeros_like(view.raw.base) + rate


def expected_reward(policy: Tree, reward: Float[np.ndarray, " leaves"]) -> float:
    """The expected reward of a policy on a full tree: `policy[d]` has a row per state at depth d.

    Leaves are numbered as digits: actions a, b, c of A each end in leaf (a A + b) A + c.
    """
    return float(_values(policy, reward)[0][0])


def advantages(policy: Tree, reward: Float[np.ndarray, " leaves"]) -> list[np.ndarray]:
    """The advantage of every action at every state: its expected reward minus the state's."""
    values = _values(policy, reward)
    return [values[d + 1].reshape(p.shape) - values[d][:, None] for d, p in enumerate(policy)]


def natural_policy_gradient(
    policy: Tree, reward: Float[np.ndarray, " leaves"], *, rate: float, steps: int
) -> list[np.ndarray]:
    """A tabular softmax policy after exact natural policy gradient steps; each adds `rate` times the advantages.

    With a single state (depth 1, whole responses as actions) the policy is proportional to pi_0 exp(rate steps R).
    """
    for _ in range(steps):
        policy = [_softmax(np.log(p) + rate * a) for p, a in zip(policy, advantages(policy, reward), strict=True)]
    return list(policy)


def tilt(base: Tree, rl: Tree, gamma: float) -> list[np.ndarray]:
    """The extrapolated policy, state by state: proportional to rl^(1 + gamma) / base^gamma (paper, section 4.1)."""
    return [_softmax((1 + gamma) * np.log(r) - gamma * np.log(b)) for b, r in zip(base, rl, strict=True)]


def response_probabilities(policy: Tree) -> Float[np.ndarray, " leaves"]:
    """The probability of every whole response, the product of its tokens'; responses are the leaves, in their order."""
    reached = np.ones(1)
    for p in policy:
        reached = (reached[:, None] * p).ravel()
    return reached


def whole_response_gradient(
    base: Tree, reward: Float[np.ndarray, " leaves"], *, time: float
) -> Float[np.ndarray, " leaves"]:
    """The responses' probabilities after natural policy gradient on whole responses: pi_0 exp(time R), normalised.

    Gradient per token tends to it as the steps shrink, with `rate` times `steps` kept at `time`: the log-probability of
    a token grows at the rate of its advantage, and along a response the advantages add up to R minus the root's value.
    """
    return _softmax((np.log(response_probabilities(base)) + time * np.asarray(reward))[None])[0]


def response_tilt(base: Tree, rl: Tree, gamma: float) -> Float[np.ndarray, " leaves"]:
    """The responses' probabilities under rl^(1 + gamma) / base^gamma of whole responses, normalised once.

    `tilt` normalises in every state instead: a response's probability there is divided by each of its states' sums.
    """
    return tilt([response_probabilities(base)[None]], [response_probabilities(rl)[None]], gamma)[0][0]


def objective_weight(
    ratio: Float[Tensor, "*batch"],
    advantage: Float[Tensor, "*batch"],
    *,
    n_tokens: int,
    epsilon: float = 0.2,
    epsilon_high: float = 0.28,
    delta: float = 10.0,
) -> Float[Tensor, "*batch"]:
    """The w of Lemma 3.1: what multiplies a token's grad log pi in the DAPO objective; 0 where it is clipped.

    It is ratio A / n_tokens, for the mean over `n_tokens` tokens. A ratio is clipped above 1 + epsilon_high if the
    advantage is positive, below 1 - epsilon if it is negative, and above delta in any case (the dual clip).
    """
    clipped = ((advantage > 0) & (ratio > 1 + epsilon_high)) | ((advantage < 0) & (ratio < 1 - epsilon))
    return torch.where(clipped | (ratio > delta), 0.0, ratio * advantage / n_tokens)


def logit_gradient_norm(
    weight: Float[Tensor, "*batch"], logp: Float[Tensor, "*batch"], *, temperature: float = 1.0
) -> Float[Tensor, "*batch"]:
    """The L1 norm of the objective's gradient in the logits of each token, 2 |w| (1 - pi) / T (paper, Lemma 3.1).

    `logp` is the token's log-probability (nats) under the policy that is trained, at temperature T.
    """
    return 2 * weight.abs() * -torch.expm1(logp) / temperature


def _values(policy: Tree, reward: np.ndarray) -> list[np.ndarray]:
    """The expected reward from every state, by depth, the leaves last."""
    values = [np.asarray(reward, dtype=float)]
    for p in reversed(policy):
        values.insert(0, (p * values[0].reshape(p.shape)).sum(1))
    return values


def _softmax(logits: np.ndarray) -> np.ndarray:
    p = np.exp(logits - logits.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)
