"""What a weighting may look at, what it declares of itself, and what it may return."""

from collections.abc import Callable, Set
from dataclasses import dataclass

import torch
from jaxtyping import Float, Num
from torch import Tensor

__all__ = ["Rollout", "Weighting", "checked", "is_pointwise", "needs"]


def _identity(rows: Tensor) -> Tensor:
    return rows


@dataclass(frozen=True)
class Rollout:
    """B responses of at most T tokens, the responses to one prompt in adjacent rows, and what is known of each token.

    `logp_old` are log-probabilities of the sampling policy (nats, at the sampling temperature), `mask` marks response
    tokens, `gather` collects a per-row tensor over all processes, in their order, of which this is number `rank`.
    `entropy` (nats) and `logp_reference` (of the policy before training) are there for weightings that `needs` names.

    Two responses to one prompt, the second a token shorter, and a weighting of one's own that favours short ones:

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
    gather: Callable[[Tensor], Tensor] = _identity
    rank: int = 0
    entropy: Float[Tensor, "B T"] | None = None
    logp_reference: Float[Tensor, "B T"] | None = None

    @property
    def own(self) -> slice:
        """This process's rows among the gathered ones."""
        return slice(self.rank * len(self.mask), (self.rank + 1) * len(self.mask))


Weighting = Callable[[Rollout], Tensor]


def needs(weighting: Weighting) -> Set[str]:
    """The optional fields of a rollout that a weighting reads; a function of one's own names them in `.needs`."""
    return getattr(weighting, "needs", frozenset())


def is_pointwise(weighting: Weighting) -> bool:
    """Whether each token's weight depends on that token and its response's advantage alone (`.pointwise`)."""
    return getattr(weighting, "pointwise", False)


def checked(weighting: Weighting, rollout: Rollout) -> Float[Tensor, "B T"]:
    """The weights of a rollout, 1 after the end of its responses.

    Raises ValueError for no tensor, a wrong shape, negative or non-finite weights.
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
