"""Texts by base and RL to the same problems, scored token by token, and the role of every token."""

import pytest

from rlvr_direction.lab.anatomy import score_sources, token_roles
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


def test_every_token_has_the_role_of_its_character_and_the_last_is_the_end(tokens):
    roles = token_roles(tokens, TASK, PROBLEMS)
    assert roles.index.equals(tokens.index)
    for (prompt, response), rows in tokens.assign(role=roles).groupby(["prompt_id", "response"]):
        wanted = [*TASK.roles(PROBLEMS[prompt], response), "end"]
        for _, text in rows.groupby("text_id"):
            assert text["role"].tolist() == wanted[: len(text)]


def test_roles_need_one_character_per_token(tokens):
    with pytest.raises(ValueError, match="no role each"):
        token_roles(tokens.assign(response="<"), TASK, PROBLEMS)
