"""Claim C4a: the theorem, with whole responses as actions."""

import numpy as np

from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Recorded, exactly

__all__ = ["CLAIM", "GAMMAS", "judge", "smallest_change"]

CLAIM = Claim(
    id="C4a",
    statement="For a tabular softmax trained by natural policy gradient, with whole responses as actions, some gamma > "
    "0 does at least as well as RL.",
    rule="The expected reward, exact by enumeration, never falls as gamma grows.",
    chapter="06_extrapolation",
    measured="Smallest change of the exact expected reward along gamma, over 500 random problems with whole responses "
    "as actions",
    unit="change of the expected reward",
    bound=-1e-12,
    deterministic=True,
)
GAMMAS = (-1.0, -0.5, 0.0, 0.1, 0.3, 1.0, 3.0)
NOTE = "The least of 500, and no effect size: above 0 says that the reward never fell."


def judge(_: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row, without a task: it is computed here and rests on no recording."""
    return [exactly(claim, None, smallest_change(500, seed=SEED), claim.measured, note=NOTE)]


def smallest_change(n: int, *, seed: int) -> float:
    """The smallest change of the expected reward from one gamma to the next, over random bandits of eight responses."""
    from rlvr_direction import theory  # with torch, which nothing else here needs

    rng, changes = np.random.default_rng(seed), []
    for _ in range(n):
        base, reward = [rng.dirichlet(np.ones(8), size=1)], rng.normal(size=8)
        rl = theory.natural_policy_gradient(base, reward, rate=0.5, steps=4)
        along = [theory.expected_reward(theory.tilt(base, rl, gamma), reward) for gamma in GAMMAS]
        changes.append(np.diff(along).min())
    return float(min(changes))
