"""Names of gates and rivals as a reader meets them."""

import pytest

from rlvr_direction.lab.claims.wording import in_words, listed, score_in_words, task_in_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("coin at 2%", "the matched coin at 2 %"),
        ("delta_logp against kl_rl_base, 50% of the way", "delta_logp against KL, 50 % of the way"),
        ("abs_delta_logp at 12%", "|delta_logp| at 12 %"),
        ("massive", "massive"),
        ("p < 0.3, start of RL", "p < 0.3, start of RL"),
    ],
)
def test_names_of_a_rule_are_put_in_words(name, words):
    assert in_words(name) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("logp_rl", "RL's log-probability"),
        ("sum_logp_base", "sum of the base's log-probability"),
        ("cumulative_delta_logp", "cumulative sum of delta_logp"),
        ("entropy_rl", "RL's entropy"),
        ("length", "length"),
    ],
)
def test_a_column_of_scores_is_put_in_words(name, words):
    assert score_in_words(name) == words


def test_where_both_directions_of_kl_stand_each_says_its_own():
    assert (in_words("kl_rl_base"), score_in_words("kl_rl_base")) == ("KL", "KL(RL || base)")
    assert score_in_words("kl_base_rl") == "KL(base || RL)"


def test_a_sentence_speaks_of_the_tree():
    assert (task_in_words("pointer_tree"), task_in_words("arithmetic")) == ("the tree", "arithmetic")


def test_names_stand_in_a_row():
    assert (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")) == ("a", "a and b", "a, b or c")
