"""Random trees: what a gamma gains on them, and what a search counts."""

import numpy as np
import pytest

from rlvr_direction.lab.claims import trees
from rlvr_direction.lab.claims.trees import REWARDS, Tree, gains, random_tree, searched


def test_the_gain_by_hand_on_one_choice():
    base, rl = [np.array([[0.5, 0.5]])], [np.array([[0.25, 0.75]])]
    assert gains(Tree(base, rl, np.array([0.0, 1.0])), (-1.0, 0.0, 1.0)) == pytest.approx([-0.25, 0.0, 0.15])


@pytest.mark.parametrize("rewards", REWARDS)
def test_random_trees_are_policies_and_are_the_same_for_one_seed(rewards):
    tree, again = (random_tree(rewards, np.random.default_rng(3)) for _ in range(2))
    assert all(np.allclose(p.sum(1), 1) for p in (*tree.base, *tree.rl)) and (tree.reward == again.reward).all()
    assert set(tree.reward) <= {0.0, 1.0} or rewards == "real-valued"


def test_a_search_counts_the_trees_on_which_every_gamma_loses(monkeypatch):
    monkeypatch.setattr(trees, "random_tree", lambda _, rng: rng.random())
    monkeypatch.setattr(trees, "gains", lambda tree, gammas: np.full(len(gammas), tree - 0.5))
    found = searched(200, "0/1", seed=0)
    assert found["trees"] == 200 and 50 < found["counterexamples"] == found["lose_at_small"] < 150
    assert found["smallest"] < -0.4
    assert searched(200, "0/1", seed=1)["smallest"] != found["smallest"]


def test_tokens_with_real_valued_rewards_have_counterexamples():
    assert searched(200, "real-valued", seed=0)["counterexamples"] > 0
