"""Lemma 3.1 against autograd: DAPO's objective, differentiated with respect to the logits of every token."""

from collections.abc import Callable, Sequence

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from rlvr_direction import theory
from rlvr_direction.distributions import Sampling, at
from rlvr_direction.lab.anatomy.rollouts import predictions_of, rollout_tokens
from rlvr_direction.lab.tasks import Problem, Task
from rlvr_direction.pair import ModelPair

__all__ = ["dapo_objective", "lemma_errors", "log_odds_at", "log_softmax_at"]


LogProb = Callable[[Tensor, Tensor], Tensor]  # (logits, token) -> log-probability of each token


def log_softmax_at(logits: Float[Tensor, "tokens vocab"], token: Int[Tensor, " tokens"]) -> Float[Tensor, " tokens"]:
    """Each token's log-probability, as training code computes it."""
    return at(torch.log_softmax(logits, -1), token)


def log_odds_at(logits: Float[Tensor, "tokens vocab"], token: Int[Tensor, " tokens"]) -> Float[Tensor, " tokens"]:
    """Each token's log-probability from the odds against it: its gradient keeps the digits of 1 - pi near pi = 1."""
    own = token.unsqueeze(-1)
    against = (logits - logits.gather(-1, own)).scatter(-1, own, -torch.inf)
    return -against.exp().sum(-1).log1p()


def dapo_objective(
    logits: Float[Tensor, "tokens vocab"],
    token: Int[Tensor, " tokens"],
    logp_old: Float[Tensor, " tokens"],
    advantage: Float[Tensor, " tokens"],
    *,
    temperature: float = 1.0,
    log_prob: LogProb = log_softmax_at,
) -> tuple[Float[Tensor, ""], Float[Tensor, " tokens"], Float[Tensor, " tokens"]]:
    """DAPO's clipped surrogate (0.2 / 0.28, dual clip 10), averaged over tokens, and each token's ratio and logp.

    All log-probabilities, `logp_old` too, are those at the temperature.
    """
    logp = log_prob(logits / temperature, token)
    ratio = (logp - logp_old).exp()
    clipped = ratio.clamp(0.8, 1.28) * advantage
    surrogate = torch.minimum(ratio.clamp(max=10.0) * advantage, clipped)
    return surrogate.mean(), ratio.detach(), logp.detach()


def lemma_errors(
    pair: ModelPair, task: Task, problems: Sequence[Problem], *, seed: int, temperature: float = 1.0
) -> pd.DataFrame:
    """The lemma's norms against autograd in float64: the base writes, and the objective is RL's (claim C3a).

    One row: the `temperature`, the number of `tokens` and of `clipped` ones, the largest relative `error` of those not
    clipped (norms below 1e-12 count as 1e-12), the same with log pi from the odds (`error_from_odds`), and the largest
    absolute `gradient_of_clipped`. Each problem has eight responses, at top_p = 1; they are written, and the objective
    is taken, at the temperature.
    """
    how = {"policy": "base", "group_size": 8, "seed": seed, "sampling": Sampling(temperature)}
    written = rollout_tokens(pair, task, problems, **how)
    policies, token = predictions_of(pair, written, problems)
    logits = policies.rl.double().clone().requires_grad_()
    logp_old = at(torch.log_softmax(policies.base.double() / temperature, -1), token)
    advantage = torch.tensor(written["advantage"].to_numpy())
    found = {"temperature": temperature, "tokens": len(token)}
    for column, log_prob in (("error_from_odds", log_odds_at), ("error", log_softmax_at)):
        value, ratio, logp = dapo_objective(
            logits, token, logp_old, advantage, temperature=temperature, log_prob=log_prob
        )
        (gradient,) = torch.autograd.grad(value, logits)
        weight = theory.objective_weight(ratio, advantage, n_tokens=len(token))
        measured = gradient.abs().sum(-1)
        predicted = theory.logit_gradient_norm(weight, logp, temperature=temperature)
        clipped = (weight == 0) & (advantage != 0)
        found[column] = ((measured - predicted).abs() / predicted.clamp(min=1e-12))[~clipped].max().item()
    of_clipped = gradient[clipped].abs().max().item() if clipped.any() else 0.0
    return pd.DataFrame([found | {"clipped": int(clipped.sum()), "gradient_of_clipped": of_clipped}])
