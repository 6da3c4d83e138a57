"""Trees with tokens as actions: what the best gamma above 0 gains on RL, exactly, by enumeration."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

__all__ = ["GAMMAS", "REWARDS", "Tree", "gains", "random_tree", "searched"]

GAMMAS = tuple(np.geomspace(0.01, 100, 25).round(6).tolist())
SMALL = 0.05
LOST = 1e-9  # a smaller loss may be rounding
REWARDS: Mapping[str, Callable[[np.random.Generator, int], np.ndarray]] = MappingProxyType(
    {
        "0/1": lambda rng, leaves: rng.integers(0, 2, leaves).astype(float),
        "real-valued": lambda rng, leaves: rng.normal(size=leaves),
    }
)


class Tree(NamedTuple):
    """A base policy, the policy after natural gradient, each one table of states per depth; a reward per leaf."""

    base: list[np.ndarray]
    rl: list[np.ndarray]
    reward: np.ndarray


def random_tree(rewards: str, rng: np.random.Generator) -> Tree:
    """A random full tree, 2 to 4 tokens deep with 2 or 3 choices each, after 1 to 5 steps of random size up to 4."""
    from rlvr_direction import theory  # with torch, which nothing else here needs

    depth, choices = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    spread = float(np.exp(rng.uniform(-1, 1)))
    base = [rng.dirichlet(np.full(choices, spread), size=choices**d) for d in range(depth)]
    base = [np.clip(p, 1e-6, None) / np.clip(p, 1e-6, None).sum(1, keepdims=True) for p in base]
    reward = REWARDS[rewards](rng, choices**depth)
    rate, steps = float(rng.uniform(0.1, 4)), int(rng.integers(1, 6))
    return Tree(base, theory.natural_policy_gradient(base, reward, rate=rate, steps=steps), reward)


def gains(tree: Tree, gammas: tuple[float, ...] = GAMMAS) -> np.ndarray:
    """The exact expected reward of each gamma minus RL's."""
    from rlvr_direction import theory

    with np.errstate(divide="ignore", under="ignore"):
        now = theory.expected_reward(tree.rl, tree.reward)
        return np.array([theory.expected_reward(theory.tilt(tree.base, tree.rl, g), tree.reward) - now for g in gammas])


def searched(n: int, rewards: str, *, seed: int) -> dict[str, object]:
    """What a search of `n` random trees finds: how many there are on which no gamma does as well as RL.

    `counterexamples` lose at every gamma from .01 to 100, `lose_at_small` at gamma .05; `smallest` is the least, over
    trees, of the largest gain.
    """
    rng = np.random.default_rng((seed, sorted(REWARDS).index(rewards)))
    small, best = np.empty(n), np.empty(n)
    for i in range(n):
        found = gains(random_tree(rewards, rng), (SMALL, *GAMMAS))
        small[i], best[i] = found[0], found.max()
    return {
        "rewards": rewards,
        "seed": seed,
        "trees": n,
        "counterexamples": int((best < -LOST).sum()),
        "lose_at_small": int((small < -LOST).sum()),
        "smallest": float(best.min()),
    }
