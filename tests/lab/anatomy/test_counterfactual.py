"""Single replaced tokens: where the mixed response first parts from the base's, and what that is worth."""

import pytest

from rlvr_direction.evaluation import respond
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention, parse
from rlvr_direction.lab.anatomy.counterfactual import first_replacements, token_values
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair

TASK = TASKS["pointer_tree"]
PROBLEMS = TASK.problems(60, seed=9)
MIXED = Intervention(parse("delta_logp<=-0.3"))


@pytest.fixture(scope="module")
def pair():
    return load_toy_pair("pointer_tree")


@pytest.fixture(scope="module")
def parted(pair):
    return first_replacements(pair, TASK, PROBLEMS, MIXED, seed=2)


def test_up_to_the_first_replacement_the_base_wrote_alone(pair, parted):
    base = respond(pair, TASK, PROBLEMS, Intervention(NOWHERE), seed=2)
    assert 10 < len(parted) < 60
    for row in parted.itertuples():
        own = base["response_ids"][row.problem_id]
        assert own[: row.position] == row.prefix_ids and own[row.position] == row.proposal_id
        assert row.replacement_id != row.proposal_id and row.base_right == base["correct"][row.problem_id]


def test_what_is_replaced_first_is_a_decision(parted):
    assert (parted["role"] == "decide").mean() > 0.5


def test_nothing_is_replaced_nowhere(pair):
    assert first_replacements(pair, TASK, PROBLEMS, Intervention(NOWHERE), seed=2).empty


def test_values_are_chances_and_replacements_help_on_average(pair, parted):
    table = token_values(pair, TASK, PROBLEMS, parted, continuations=8, seed=0)
    assert table[["value_kept", "value_replaced"]].map(lambda v: 0 <= v <= 1).all().all()
    assert (table["value"] - (table["value_replaced"] - table["value_kept"])).abs().max() == 0
    assert table["value"].mean() > 0.05


def test_a_token_that_ends_a_response_is_worth_its_own_reward(pair):
    everywhere = first_replacements(pair, TASK, PROBLEMS, Intervention(EVERYWHERE), seed=2).head(3)
    ended = everywhere.assign(
        prefix_ids=[pair.encode_response(f"{PROBLEMS[i].answer}!") for i in everywhere["problem_id"]],
        proposal_id=pair.tokenizer.eos_token_id,
    )
    assert (token_values(pair, TASK, PROBLEMS, ended, continuations=2, seed=0)["value_kept"] == 1).all()
