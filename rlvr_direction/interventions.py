"""Where to intervene and how: scores of a position or its token, criteria that fire on them, and the policy that acts.

A score is one function `(view, token) -> a number per position`, used twice: to fill the token table and to gate
decoding. A new metric is one line in `SCORES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from jaxtyping import Bool, Float, Int
from torch import Tensor

from rlvr_direction.distributions import PairLogprobs, at, delta_logp, entropy, jensen_shannon, kl

__all__ = ["EVERYWHERE", "NOWHERE", "SCORES", "AtRandom", "Intervention", "Proposer", "Score", "View"]

Proposer = Literal["base", "rl"]


class View(NamedTuple):
    """What a score may look at: raw policies (T = 1, whole vocabulary), those sampled from, and who proposes."""

    raw: PairLogprobs
    sampled: PairLogprobs
    proposer: Proposer = "base"


Score = Callable[[View, Tensor], Tensor]


def _gap_to_rl_argmax(view: View, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """How much likelier (nats) RL's favourite is than this token, under RL; 0 for the favourite itself."""
    return view.raw.rl.amax(-1) - at(view.raw.rl, token)


SCORES: MappingProxyType[str, Score] = MappingProxyType(
    {
        "logp_base": lambda view, token: at(view.raw.base, token),
        "logp_rl": lambda view, token: at(view.raw.rl, token),
        "delta_logp": lambda view, token: delta_logp(view.raw, token),
        "entropy_base": lambda view, _: entropy(view.raw.base),
        "entropy_rl": lambda view, _: entropy(view.raw.rl),
        "kl_base_rl": lambda view, _: kl(view.raw.base, view.raw.rl),
        "kl_rl_base": lambda view, _: kl(view.raw.rl, view.raw.base),
        "jensen_shannon": lambda view, _: jensen_shannon(view.raw),
        "abs_delta_logp": lambda view, token: delta_logp(view.raw, token).abs(),
        "gap_to_rl_argmax": _gap_to_rl_argmax,
    }
)
"""Every score, in nats, of the raw distributions (paper, section 3.1): of the sampled token (`delta_logp`,
`abs_delta_logp`, `logp_*`, `gap_to_rl_argmax`) or of the position whatever was sampled (the others)."""


@dataclass(frozen=True)
class AtRandom:
    """A criterion that ignores both policies and fires with a fixed probability (the paper's random baseline)."""

    rate: float

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate is {self.rate}; expected a probability, from 0 to 1")

    def __call__(
        self, view: View, token: Int[Tensor, "*batch"], uniform: Float[Tensor, "*batch"]
    ) -> Bool[Tensor, "*batch"]:
        """Whether each position is selected, decided by its own uniform in [0, 1)."""
        return uniform < self.rate


EVERYWHERE = AtRandom(1.0)
NOWHERE = AtRandom(0.0)


@dataclass(frozen=True)
class Intervention:
    """Where the criterion fires, the token is drawn from pi_gamma instead of kept (paper, sections 3.2 and 4.1).

    gamma = 0 replaces by RL, -1 by the base, above 0 extrapolates. Raises ValueError for gamma below -1.
    """

    where: Callable[[View, Tensor, Tensor], Tensor]
    gamma: float = 0.0

    def __post_init__(self) -> None:
        if not -1 <= self.gamma < float("inf"):
            raise ValueError(f"gamma is {self.gamma}; expected -1 (the base), 0 (RL) or above 0 (past RL)")
