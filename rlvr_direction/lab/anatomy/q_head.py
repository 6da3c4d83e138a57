"""A learnt gate: a small network predicts the advantage of replacing a proposal from what a gate can see."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from rlvr_direction.distributions import PairLogprobs, total_variation
from rlvr_direction.scores import SCORES, View

__all__ = ["QHead", "features", "train_head"]

TOP = 5  # likeliest tokens of each policy
FLOOR = -20.0  # nats; below it one log-probability is like another
WIDTH, STEPS, RATE, DECAY = 64, 400, 3e-3, 1e-2


def features(view: View, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch features"]:
    """What a gate sees of a position: every score, both total variations and each policy's log-probs, sorted.

    The sorted log-probs are of the five likeliest tokens of each policy, with those of the other policy beside them.
    """
    found = [score(view, token) for score in SCORES.values()]
    found += [total_variation(pair) for pair in (view.raw, PairLogprobs(*view.sampled))]
    sides = []
    for own, other in (view.raw, reversed(view.raw)):
        best, ids = own.topk(TOP, dim=-1)
        sides += [best, other.gather(-1, ids)]
    return torch.cat([torch.stack(found, -1), *sides], dim=-1).clamp(FLOOR, -FLOOR)


@dataclass(frozen=True, eq=False)
class QHead:
    """A score: the predicted advantage of replacing the token, V_rl(s) - Q(s, y), in chances of a right answer."""

    network: nn.Module
    mean: Float[Tensor, " features"]
    scale: Float[Tensor, " features"]

    def __call__(self, view: View, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
        """The predicted advantage at each position."""
        with torch.no_grad():
            return self.network((features(view, token) - self.mean) / self.scale).squeeze(-1)

    def __str__(self) -> str:
        return "q_head"


def train_head(
    seen: Float[Tensor, "rows features"],
    advantage: Float[Tensor, " rows"],
    weight: Float[Tensor, " rows"],
    *,
    seed: int,
) -> QHead:
    """Fit the head to estimated advantages by weighted least squares; noise in an estimate averages out."""
    mean, scale = seen.mean(0), seen.std(0) + 1e-3
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        width = seen.shape[1]
        network = nn.Sequential(
            *(nn.Linear(width, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 1))
        )
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    inputs, weight = (seen - mean) / scale, weight / weight.mean()
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = (weight * (network(inputs).squeeze(-1) - advantage) ** 2).mean()
        loss.backward()
        optimizer.step()
    return QHead(network.eval(), mean, scale)
