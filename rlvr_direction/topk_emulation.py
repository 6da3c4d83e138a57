"""What the paper's released code computes in place of the exact scores: from short lists of likely tokens.

Each model returns a list of its k likeliest tokens with their raw log-probabilities (T = 1). The proposer's list holds
the proposed token as well, whatever its rank. A token that is missing from a list gets the least log-probability in it.
One thing is left out: the other model draws a token, too, which may lengthen its list by one.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from rlvr_direction.distributions import PairLogprobs, entropy, extrapolate, kl, log_softmax
from rlvr_direction.scores import Score, View

__all__ = ["topk_policy", "topk_scores", "topk_scores_together"]


class _List(NamedTuple):
    """One model's row of log-probabilities and what the code sees of it; `repeated` marks what `ids` has twice."""

    row: Float[Tensor, "*batch vocab"]
    ids: Int[Tensor, "*batch listed"]
    repeated: Bool[Tensor, "*batch listed"]
    is_listed: Bool[Tensor, "*batch vocab"]


class _Lists(NamedTuple):
    base: _List
    rl: _List


def _list(row: Float[Tensor, "*batch vocab"], k: int, proposal: Int[Tensor, "*batch"] | None) -> _List:
    ids = row.topk(min(k, row.shape[-1])).indices
    repeated = torch.zeros_like(ids, dtype=torch.bool)
    if proposal is not None:
        again = (ids == proposal.unsqueeze(-1)).any(-1, keepdim=True)
        ids, repeated = torch.cat([ids, proposal.unsqueeze(-1)], -1), torch.cat([repeated, again], -1)
    return _List(row, ids, repeated, torch.zeros_like(row, dtype=torch.bool).scatter_(-1, ids, True))


def _lists(view: View, token: Int[Tensor, "*batch"], k: int) -> _Lists:
    """The lists of both models; the token is the proposer's."""
    proposals = {view.proposer: token}
    return _Lists(*(_list(row, k, proposals.get(model)) for model, row in view.raw._asdict().items()))


def _padded(of: _List, ids: Int[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
    """What the code takes for the log-probabilities of some tokens: the least in the list for each that is missing."""
    least = of.row.gather(-1, of.ids).amin(-1, keepdim=True)
    return torch.where(of.is_listed.gather(-1, ids), of.row.gather(-1, ids), least)


def _normalised(values: Float[Tensor, "*batch listed"], of: _List) -> Float[Tensor, "*batch listed"]:
    """The values of a list's tokens, each counted once, as log-probabilities that sum to 1 there."""
    return log_softmax(values.masked_fill(of.repeated, -torch.inf))


def _logp(of: _List, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    return _padded(of, token.unsqueeze(-1)).squeeze(-1)


def _delta_logp(lists: _Lists, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    return _logp(lists.rl, token) - _logp(lists.base, token)


def _entropy(of: _List) -> Float[Tensor, "*batch"]:
    return entropy(_normalised(_padded(of, of.ids), of))


def _kl(p: _List, q: _List) -> Float[Tensor, "*batch"]:
    """KL(p || q) over the tokens in p's list, where q is padded; both are scaled up to a sum of 1 there."""
    return kl(*(_normalised(_padded(of, p.ids), p) for of in (p, q)))


_RECIPES: Mapping[str, Callable[[_Lists, Tensor], Tensor]] = {
    "logp_base": lambda lists, token: _logp(lists.base, token),
    "logp_rl": lambda lists, token: _logp(lists.rl, token),
    "delta_logp": _delta_logp,
    "entropy_base": lambda lists, _: _entropy(lists.base),
    "entropy_rl": lambda lists, _: _entropy(lists.rl),
    "kl_base_rl": lambda lists, _: _kl(lists.base, lists.rl),
    "kl_rl_base": lambda lists, _: _kl(lists.rl, lists.base),
    "jensen_shannon": lambda lists, _: (_kl(lists.base, lists.rl) + _kl(lists.rl, lists.base)) / 2,
    "abs_delta_logp": lambda lists, token: _delta_logp(lists, token).abs(),
    "gap_to_rl_argmax": lambda lists, token: lists.rl.row.amax(-1) - _logp(lists.rl, token),
}


class _Emulated(NamedTuple):
    name: str
    k: int

    def __call__(self, view: View, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
        return _RECIPES[self.name](_lists(view, token, self.k), token)

    def __str__(self) -> str:
        return f"top_{self.k}({self.name})"


def topk_scores(k: int) -> Mapping[str, Score]:
    """What the released code gives for each name in `SCORES`, in nats, from lists of the k likeliest tokens.

    Entropies and divergences are of lists that are scaled up to a sum of 1. What it calls `js` is the mean of the two
    KLs, half the Jeffreys divergence: `jensen_shannon` stays that however large k is, and all others are exact once k
    is the whole vocabulary. It has neither `abs_delta_logp` nor `gap_to_rl_argmax`: here they follow from its
    log-probabilities. The token counts as the proposer's, so score each model's text with its writer as the proposer.
    Raises ValueError for k below 1.

    >>> raw = PairLogprobs(torch.tensor([0.6, 0.3, 0.1]).log(), torch.tensor([0.2, 0.3, 0.5]).log())
    >>> round(topk_scores(2)["delta_logp"](View(raw, raw), torch.tensor(0)).exp().item(), 4)  # 0.3 / 0.6, not 0.2 / 0.6
    0.5
    """
    _require_tokens(k)
    return MappingProxyType({name: _Emulated(name, k) for name in _RECIPES})


def topk_scores_together(k: int) -> Score:
    """All of `topk_scores(k)` at once, `(*batch, scores)` in their order: the lists are made once instead of ten times.

    >>> raw = PairLogprobs(torch.tensor([0.6, 0.3, 0.1]).log(), torch.tensor([0.2, 0.3, 0.5]).log())
    >>> topk_scores_together(2)(View(raw, raw), torch.tensor(0))[:2].exp()  # logp_base and logp_rl
    tensor([0.6000, 0.3000])
    """
    _require_tokens(k)

    def together(view: View, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch scores"]:
        lists = _lists(view, token, k)
        return torch.stack([recipe(lists, token) for recipe in _RECIPES.values()], -1)

    return together


def topk_policy(view: View, token: Int[Tensor, "*batch"], *, k: int, gamma: float) -> Float[Tensor, "*batch vocab"]:
    """Log-probabilities (nats) of what the released code draws from where its gate fires on the proposed token.

    It is pi_gamma (paper, section 4.1) of padded lists, and only tokens in the proposer's list can be drawn: what RL
    alone likes never is. The code truncates it as `truncate` does. Raises ValueError for k below 1.

    >>> raw = PairLogprobs(torch.tensor([0.6, 0.3, 0.1]).log(), torch.tensor([0.2, 0.3, 0.5]).log())
    >>> topk_policy(View(raw, raw), torch.tensor(0), k=2, gamma=0.0).exp()  # RL's favourite is not in the base's list
    tensor([0.5000, 0.5000, 0.0000])
    """
    _require_tokens(k)
    lists = _lists(view, token, k)
    own = getattr(lists, view.proposer)
    seen = PairLogprobs(*(_padded(of, own.ids) for of in lists))
    policy = _normalised(extrapolate(seen, gamma), own)
    return torch.full_like(own.row, -torch.inf).scatter_reduce(-1, own.ids, policy, "amax")


def _require_tokens(k: int) -> None:
    if k < 1:
        raise ValueError(f"k is {k}; expected the number of tokens in each model's list, at least 1")
