"""What a weighting may read, what it declares about itself, and what it may return."""

from collections.abc import Callable, Set
from dataclasses import dataclass

import torch
from jaxtyping import Float, Num
from torch import Tensor

__all__ = ["Rollout", "Weighting", "checked", "is_pointwise", "needs"]


@dataclass(frozen=True)
class Rollout:
    """B responses of at most T tokens, and what is known of each token; responses to one prompt are adjacent rows.

    `logp_old` holds log-probabilities under the sampling policy (nats, at the sampling temperature), and `mask` marks
    response tokens. `gather` collects a per-row tensor from all processes, in order; this process is number `rank`.
    `entropy` (nats) and `logp_reference` (under the policy before training) are set if the weighting `needs` them.

    Two responses to one prompt, the second one token shorter, and a user's weighting that favours short responses:

    >>> probabilities = torch.tensor([[0.5, 0.9, 0.1], [0.2, 1.0, 1.0]])
    >>> rollout = Rollout(
    ...     logp_old=probabilities.log(),
    ...     mask=torch.tensor([[1, 1, 1], [1, 1, 0]]),
    ...     advantages=torch.tensor([1.0, -1.0]),
    ...     group_size=2,
    ... )
    >>> def short(rollout):
    ...     return (2 / rollout.mask.sum(1, keepdim=True)).expand_as(rollout.logp_old)
    >>> checked(short, rollout)
    tensor([[0.6667, 0.6667, 0.6667],
            [1.0000, 1.0000, 1.0000]])
    """

    logp_old: Float[Tensor, "B T"]
    mask: Num[Tensor, "B T"]
    advantages: Float[Tensor, " B"]
    group_size: int = 1
    gather: Callable[[Tensor], Tensor] = lambda rows: rows
    rank: int = 0
    entropy: Float[Tensor, "B T"] | None = None
    logp_reference: Float[Tensor, "B T"] | None = None

    @property
    def own(self) -> slice:
        """This process's rows among the gathered ones."""
        return slice(self.rank * len(self.mask), (self.rank + 1) * len(self.mask))


Weighting = Callable[[Rollout], Tensor]


def needs(weighting: Weighting) -> Set[str]:
    """The optional fields of a rollout that a weighting reads, as its attribute `needs` names them; none by default."""
    return getattr(weighting, "needs", frozenset())


def is_pointwise(weighting: Weighting) -> bool:
    """Whether a token's weight depends only on that token and its advantage, as the attribute `pointwise` says."""
    return getattr(weighting, "pointwise", False)


def checked(weighting: Weighting, rollout: Rollout) -> Float[Tensor, "B T"]:
    """The weights of a rollout, set to 1 after the end of each response.

    Raises ValueError for a result that is not a tensor or has the wrong shape, and for negative or non-finite weights.
    """
    weights = weighting(rollout)
    name = getattr(weighting, "__qualname__", repr(weighting)).split(".")[0]
    if not isinstance(weights, Tensor):
        raise ValueError(f"the weighting {name} returned a {type(weights).__name__}; expected a tensor (B, T)")
    if weights.shape != rollout.mask.shape:
        expected = tuple(rollout.mask.shape)
        raise ValueError(f"the weighting {name} returned shape {tuple(weights.shape)}; expected {expected}: (B, T)")
    on_tokens = torch.where(rollout.mask.bool(), weights, 1.0)
    bad = ~torch.isfinite(on_tokens) | (on_tokens < 0)
    if bad.any():
        row, position = bad.nonzero()[0].tolist()
        raise ValueError(
            f"the weighting {name} gave {on_tokens[row, position].item():g} to token {position} of response {row}; "
            "weights must be finite and not below 0"
        )
    return on_tokens.detach()
