"""Texts by base and RL to the same problems, scored token by token."""

import pytest

from rlvr_direction.evaluation import score_sources
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.scores import SCORES

TASK = TASKS["pointer_tree"]
PROBLEMS = TASK.problems(12, seed=5)


@pytest.fixture(scope="module")
def tokens():
    return score_sources(load_toy_pair("pointer_tree"), TASK, PROBLEMS, seed=3)


def test_sources_are_scored_token_by_token(tokens):
    assert set(tokens["source"]) == {"base", "rl"} and set(SCORES) <= set(tokens.columns)
    assert set(tokens["prompt_id"]) == set(range(len(PROBLEMS)))
    assert tokens["total_variation"].between(0, 1).all()
    for (_, response), rows in tokens.groupby(["text_id", "response"]):
        assert "".join(rows["token"]).removesuffix("<eos>") == response


def test_a_source_is_likelier_under_its_own_model_on_average(tokens):
    means = tokens.groupby("source")["delta_logp"].mean()
    assert means["base"] < 0 < means["rl"]
