"""Rewards of responses against counts by hand, by enumeration, and a policy whose truth is known."""

import doctest
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import rewards
from rlvr_direction.lab.claims.rewards import (
    REWARDS,
    aurocs,
    best_of,
    majority,
    ranking,
    resampled,
    responses_of,
    selection,
)

REWARD = np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 0.0, 0.0], [4.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0]])
CORRECT = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]], bool)


def study(reward, correct, answer=None, **labels):
    """A recorded table with a reward as the sum, of responses with two tokens each; other rewards are zero."""
    n, m = np.shape(reward)
    columns = {"problem_id": np.repeat(np.arange(n), m), "correct": np.ravel(correct).astype(int), "finished": 1}
    columns |= {"n_tokens": 2, "sum": np.ravel(reward), "minimum": 0.0, "last": 0.0, "sum_logp_rl": 0.0}
    columns |= {"answer": np.ravel(correct).astype(int) if answer is None else np.ravel(answer)}
    return pd.DataFrame(columns).assign(**{"stage": "rl_010", "writer": "base", "top_p": 1.0, **labels})


def test_auroc_counts_the_pairs_of_a_problem_and_ties_are_half():
    found = aurocs(REWARD, CORRECT)
    assert found[:2].tolist() == [3 / 4, 1 / 2] and np.isnan(found[2:]).all()
    assert aurocs(-REWARD, CORRECT)[:2].tolist() == [1 / 4, 1 / 2]


def test_the_best_of_n_is_that_of_every_subset():
    rng = np.random.default_rng(1)
    reward, correct = rng.integers(0, 4, (30, 6)).astype(float), rng.random((30, 6)) < 0.4
    for n in range(1, 7):
        expected = np.zeros(30)
        for drawn in map(list, combinations(range(6), n)):
            top = reward[:, drawn] == reward[:, drawn].max(1, keepdims=True)
            expected += (top * correct[:, drawn]).sum(1) / top.sum(1)
        np.testing.assert_allclose(best_of(reward, correct, n), expected / len(list(combinations(range(6), n))))


@pytest.mark.parametrize("n", [0, 5])
def test_no_best_of_more_responses_than_there_are(n):
    with pytest.raises(ValueError, match=f"the best of {n} of 4 responses: expected 1 to 4"):
        best_of(REWARD, CORRECT, n)


def test_the_majority_of_all_responses():
    answer = np.array([[0, 0, 1, 2], [0, 0, 1, 1], [-1, -1, -1, 0], [-1, -1, -1, -1]])
    correct = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]], bool)
    assert majority(answer, correct, 4).tolist() == [1, 1 / 2, 1, 0]


def test_the_majority_of_one_is_that_response_and_of_some_is_near_the_mean_over_subsets():
    answer = np.tile([0, 0, 0, 1, 2], (400, 1))
    correct = answer == 0
    assert majority(answer, correct, 1).mean() == pytest.approx(0.6, abs=0.02)
    # of the 10 subsets of three, 7 have two or three right answers; the other 3 have one of each answer
    assert majority(answer, correct, 3).mean() == pytest.approx(0.8, abs=0.02)


def test_one_answer_may_hold_right_and_wrong_responses():
    answer, correct = np.array([[0, 0, 0, 1]]), np.array([[1, 0, 0, 1]], bool)
    assert majority(answer, correct, 4)[0] == pytest.approx(1 / 3)


def test_resampling_weighs_by_the_exponential_of_the_sum():
    total, correct = np.log([[1.0, 3.0], [2.0, 2.0]]), np.array([[0, 1], [1, 0]], bool)
    assert resampled(total, correct) == pytest.approx([3 / 4, 1 / 2])
    assert resampled(total, correct, 2.0) == pytest.approx([9 / 10, 1 / 2])
    assert resampled(total, correct, 0.0) == pytest.approx(correct.mean(1))


def test_resampling_the_base_by_the_log_ratio_is_rl():
    """Six responses, of which the base prefers the wrong ones and RL the right ones."""
    rng = np.random.default_rng(2)
    base, rl = np.array([0.3, 0.3, 0.2, 0.1, 0.05, 0.05]), np.array([0.1, 0.1, 0.1, 0.3, 0.3, 0.1])
    right = np.array([0, 0, 0, 1, 1, 0], bool)
    drawn = rng.choice(6, (200, 2000), p=base)
    assert resampled(np.log(rl / base)[drawn], right[drawn]).mean() == pytest.approx(rl[right].sum(), abs=0.01)


def test_a_table_becomes_one_row_per_problem_with_means_per_token():
    table = study(REWARD, CORRECT).sample(frac=1, random_state=0)
    found = responses_of(table)
    assert set(found.rewards) == set(REWARDS)
    np.testing.assert_array_equal(found.rewards["mean"], found.rewards["sum"] / 2)
    pairs = [set(zip(*rows, strict=True)) for rows in zip(REWARD, CORRECT, strict=True)]
    got = zip(found.rewards["sum"], found.correct, strict=True)
    assert [set(zip(*rows, strict=True)) for rows in got] == pairs


def test_several_cells_at_once_are_refused():
    cells = [study(REWARD, CORRECT), study(REWARD[:2], CORRECT[:2], top_p=0.7)]
    with pytest.raises(ValueError, match="problems have 4 to 8 responses: pass one stage"):
        responses_of(pd.concat(cells))


def test_the_ranking_is_the_mean_over_mixed_problems_with_its_interval():
    table = study(np.tile(REWARD, (30, 1)), np.tile(CORRECT, (30, 1)))
    found = ranking(responses_of(table), "sum", draws=300)
    assert found.value == pytest.approx((3 / 4 + 1 / 2) / 2)
    half = 1.96 * np.std([0.75, 0.5]) / 60**0.5
    assert found.high - found.value == pytest.approx(half, rel=0.3) == pytest.approx(found.value - found.low, rel=0.3)


def test_few_mixed_problems_say_nothing():
    assert ranking(responses_of(study(REWARD, CORRECT)), "sum") == (0.625, 0, 1)
    assert ranking(responses_of(study(REWARD[2:], CORRECT[2:])), "sum") == (0.5, 0, 1)


def test_every_way_to_choose_is_measured_on_the_same_responses():
    problems = np.tile(REWARD, (10, 1)), np.tile(CORRECT, (10, 1))
    table = pd.concat([study(*problems), study(-problems[0], problems[1], writer="rl")])
    found = selection(table, (2, 4, 8), draws=50).set_index(["writer", "way", "n"])
    accuracy = found["accuracy"].loc["base"]
    assert accuracy["random", 1] == pytest.approx(0.5)
    assert accuracy["verifier", 4] == 0.75 and accuracy["verifier", 2] == pytest.approx((2 * 5 / 6 + 1) / 4)
    assert accuracy["sum", 4] == accuracy["mean", 4] == (1 + 0.5 + 0 + 1) / 4
    assert accuracy["minimum", 4] == pytest.approx(0.5)  # all are zero
    assert found["accuracy"]["rl", "sum", 4] == (0 + 0.5 + 0 + 1) / 4
    assert set(accuracy.index.get_level_values("n")) == {1, 2, 4}
    ways = accuracy.drop([("verifier", 2), ("verifier", 4)])
    assert (ways <= accuracy["verifier", 4]).all() and accuracy["resampled", 4] > 0.5
    assert (found["low"] <= found["accuracy"]).all() and (found["accuracy"] <= found["high"]).all()


def test_examples_in_docstrings_are_true():
    found = doctest.testmod(rewards, extraglobs={"np": np})
    assert found.attempted and not found.failed
