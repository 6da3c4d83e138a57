"""C4t: a counterexample refutes the theorem for tokens; without one, 0/1 rewards stay open."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction import theory
from rlvr_direction.lab.claims import c4t


@pytest.fixture(scope="module")
def rows():
    searched = [("0/1", 0, 100, 0), ("0/1", 1, 100, 0), ("real-valued", 0, 100, 9)]
    table = pd.DataFrame(searched, columns=["rewards", "seed", "trees", "counterexamples"]).assign(smallest=0.0)
    return c4t.judge({"trees": {"arithmetic": table, "pointer_tree": table}})


def test_real_valued_rewards_refute_it_and_0_1_rewards_leave_it_open(rows):
    real, binary = rows
    assert (real.verdict, real.deciding) == ("not reproduced", True) and real.value < -1e-6
    assert (binary.verdict, binary.deciding) == ("inconclusive", False) and "200 random trees; open" in binary.text


def test_one_tree_with_0_1_rewards_would_refute_it():
    table = pd.DataFrame({"rewards": "0/1", "seed": [0, 1], "trees": 100, "counterexamples": [0, 1], "smallest": -0.1})
    assert c4t.judge({"trees": {"arithmetic": table}})[1].verdict == "not reproduced"


def test_the_counterexample_is_worse_than_rl_at_every_gamma_by_enumeration():
    tree = c4t.counterexample(seed=0)
    assert theory.expected_reward(tree.rl, tree.reward) > theory.expected_reward(tree.base, tree.reward)
    for gamma in np.geomspace(0.001, 300, 40):
        further = theory.tilt(tree.base, tree.rl, float(gamma))
        assert theory.expected_reward(further, tree.reward) < theory.expected_reward(tree.rl, tree.reward)
