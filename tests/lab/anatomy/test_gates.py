"""The best gate fires where the advantage exceeds the price: every gate of small random trees is tried."""

from itertools import product

import numpy as np
import pytest

from rlvr_direction import theory
from rlvr_direction.lab.anatomy.gates import gate_advantages, gate_value, optimal_gate

ACTIONS, DEPTH = 2, 2


def random_tree(seed):
    rng = np.random.default_rng(seed)
    base, rl = ([rng.dirichlet(np.ones(ACTIONS), size=ACTIONS**d) for d in range(DEPTH)] for _ in range(2))
    return base, rl, rng.integers(0, 2, ACTIONS**DEPTH).astype(float)


def every_gate():
    """All 64 deterministic gates on tokens."""
    sizes = [ACTIONS ** (d + 1) for d in range(DEPTH)]
    for bits in product([False, True], repeat=sum(sizes)):
        parts = np.split(np.array(bits), np.cumsum(sizes)[:-1])
        yield [part.reshape(-1, ACTIONS) for part in parts]


@pytest.mark.parametrize(("seed", "price"), [(seed, price) for seed in range(10) for price in (0.0, 0.05, 0.2)])
def test_no_gate_beats_the_advantage(seed, price):
    tree = random_tree(seed)
    best = max(gate_value(*tree, gate, price=price) for gate in every_gate())
    assert gate_value(*tree, optimal_gate(*tree, price=price), price=price) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_policy_iteration_ends_at_a_fixed_point_of_its_rule(seed):
    tree = random_tree(seed)
    gate = optimal_gate(*tree, price=0.05)
    found = gate_advantages(*tree, gate, price=0.05)
    assert all(((a > 0.05) == fires).all() for a, fires in zip(found, gate, strict=True))


def test_one_gate_that_never_fires_is_the_base_and_one_that_always_does_is_rl():
    base, rl, reward = random_tree(7)
    for fires, policy in ((False, base), (True, rl)):
        gate = [np.full(b.shape, fires) for b in base]
        assert gate_value(base, rl, reward, gate, price=0.0) == pytest.approx(theory.expected_reward(policy, reward))


def test_firing_on_one_more_token_gains_its_advantage_minus_the_price_times_how_often_it_comes():
    base, rl, reward = random_tree(5)
    gate = [np.zeros(b.shape, dtype=bool) for b in base]
    gain = gate_advantages(base, rl, reward, gate, price=0.1)[1][1, 1] - 0.1
    fired = [gate[0], gate[1].copy()]
    fired[1][1, 1] = True
    before, after = (gate_value(base, rl, reward, g, price=0.1) for g in (gate, fired))
    assert after - before == pytest.approx(base[0][0, 1] * base[1][1, 1] * gain)
