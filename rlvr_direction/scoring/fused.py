"""All scores of a position in one pass over its logits, a few rows at a time, which stay in the processor's cache."""

import math
from collections.abc import Collection, Mapping
from types import MappingProxyType

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rlvr_direction.distributions import PairLogprobs, at, total_variation
from rlvr_direction.scores import SCORES, Score, View

__all__ = ["FUSED", "fused", "is_fused"]

IN_CACHE = 320_000  # numbers of a policy that are worked on together: two rows of 152,000
TINY = 1e-38  # where both policies are 0 in float32
FUSED: Mapping[str, Score] = MappingProxyType({**SCORES, "total_variation": lambda view, _: total_variation(view.raw)})
"""The scores of the pass: every one of `SCORES`, in nats, and the position's total variation, from 0 to 1."""


def is_fused(scores: Mapping[str, Score]) -> bool:
    """Whether all scores are those of `FUSED`, under their names."""
    return all(FUSED.get(name) is score for name, score in scores.items())


def fused(
    logits: tuple[Tensor, Tensor], tokens: Int[Tensor, " tokens"], names: Collection[str] = SCORES
) -> dict[str, Float[Tensor, " tokens"]]:
    """The scores of `FUSED` with these names from both models' logits, whose memory is used up.

    It takes three exponentials a token of the vocabulary where the scores one by one take eleven; the total variation
    costs a fifth more. Rows in which a model excludes a token (a logit of minus infinity) are scored one by one.
    """
    rows = max(1, IN_CACHE // logits[0].shape[-1]) if tokens.device.type == "cpu" else len(tokens)
    split = zip(*(column.split(rows) for column in (*logits, tokens)), strict=True)
    apart = "total_variation" in names
    pieces = [_of_rows((base, rl), token, apart=apart) for base, rl, token in split]
    return {name: torch.cat([piece[name] for piece in pieces]) for name in names}


def _of_rows(
    logits: tuple[Tensor, Tensor], token: Int[Tensor, " rows"], *, apart: bool
) -> dict[str, Float[Tensor, " rows"]]:
    (log_p, p, _), (log_q, q, best) = (_normalised(column) for column in logits)
    delta, dot = log_q - log_p, torch.linalg.vecdot
    base, rl, entropy_base, entropy_rl = at(log_p, token), at(log_q, token), -dot(p, log_p), -dot(q, log_q)
    kl_base_rl, kl_rl_base = -dot(p, delta), dot(q, delta)
    if (entropy_base + entropy_rl + kl_base_rl + kl_rl_base).isnan().any():  # zero times infinity
        return _one_by_one(PairLogprobs(log_p, log_q), token)
    # torch sums in pairs, while its norm adds one by one, with errors of 7e-5
    distance = {"total_variation": (p - q).abs_().sum(-1) / 2} if apart else {}
    both = p.add_(q)
    excess = log_p.sub_(both.clamp(min=TINY).log_())  # log(p / (p + q)), to which delta is added for log(q / (p + q))
    return {
        "logp_base": base,
        "logp_rl": rl,
        "delta_logp": rl - base,
        "entropy_base": entropy_base,
        "entropy_rl": entropy_rl,
        "kl_base_rl": kl_base_rl,
        "kl_rl_base": kl_rl_base,
        "jensen_shannon": math.log(2) + (dot(both, excess) + kl_rl_base) / 2,
        "abs_delta_logp": (rl - base).abs(),
        "gap_to_rl_argmax": best - rl,
        **distance,
    }


def _one_by_one(raw: PairLogprobs, token: Int[Tensor, " rows"]) -> dict[str, Float[Tensor, " rows"]]:
    return {name: score(View(raw, raw), token) for name, score in FUSED.items()}


def _normalised(logits: Float[Tensor, "rows vocab"]) -> tuple[Tensor, Tensor, Tensor]:
    """Log-probabilities, in the memory of the logits, probabilities, and the largest log-probability of each row."""
    logits -= logits.amax(-1, keepdim=True)
    p = logits.exp()
    total = p.sum(-1, keepdim=True)
    logits -= total.log()
    return logits, p.div_(total), -total.log().squeeze(-1)
