"""What to expect of one draw by each model, and the role of every token."""

import numpy as np
import pandas as pd
import pytest
import torch

from rlvr_direction.distributions import PairLogprobs, Sampling
from rlvr_direction.evaluation import score_sources
from rlvr_direction.lab.anatomy import SAME_POSITION, token_roles
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.scores import SCORES, View

TASK = TASKS["pointer_tree"]
PROBLEMS = TASK.problems(12, seed=5)


@pytest.fixture(scope="module")
def tokens():
    return score_sources(load_toy_pair("pointer_tree"), TASK, PROBLEMS, seed=3)


def test_every_token_has_the_role_of_its_character_and_the_last_is_the_end(tokens):
    roles = token_roles(tokens, TASK, PROBLEMS)
    assert roles.index.equals(tokens.index)
    for (prompt, response), rows in tokens.assign(role=roles).groupby(["prompt_id", "response"]):
        wanted = [*TASK.roles(PROBLEMS[prompt], response), "end"]
        for _, text in rows.groupby("text_id"):
            assert text["role"].tolist() == wanted[: len(text)]


def test_a_task_in_words_has_a_role_for_each_word():
    task = TASKS["worded"]
    written = task.corpus(3, seed=0)
    problems = [problem for problem, _ in written]
    words = [
        {"text_id": i, "prompt_id": i, "response": response, "token": word}
        for i, (_, response) in enumerate(written)
        for word in [*response.split(), "<eos>"]
    ]
    table = pd.DataFrame(words)
    roles = token_roles(table, task, problems)
    assert len(roles) == len(table) and set(roles[table["token"] == "<eos>"]) == {"end"}
    assert {"wording", "decide", "compute"} <= set(roles) and set(roles[table["token"] == ":"]) == {"format"}


def test_under_a_nucleus_only_its_tokens_are_written_and_scores_stay_raw():
    pair = load_toy_pair("pointer_tree")
    cut = score_sources(pair, TASK, PROBLEMS, seed=3, sampling=Sampling(top_p=0.3), scores={**SCORES, **SAME_POSITION})
    own = cut["logp_base"].where(cut["source"] == "base", cut["logp_rl"])
    assert own.min() > np.log(0.02) and cut["entropy_base"].max() > 0.1
    assert ((cut["won_delta_logp"] >= 0) & (cut["won_delta_logp"] <= cut["differs"] + 1e-5)).all()


def test_at_one_position_rl_wins_by_delta_logp_as_often_as_pairs_of_draws_say():
    raw = PairLogprobs(torch.tensor([[0.5, 0.3, 0.2]]).log(), torch.tensor([[0.2, 0.3, 0.5]]).log())
    found = {name: score(View(raw, raw), torch.zeros(1)).item() for name, score in SAME_POSITION.items()}
    assert found["differs"] == pytest.approx(1 - (0.1 + 0.09 + 0.1))
    assert found["won_delta_logp"] == pytest.approx(0.3 * 0.5 + 0.5 * 0.8)  # id 2 is above 1, and 1 above 0
    assert found["won_logp_base"] == pytest.approx(0.3 * 0.2 + 0.2 * 0.5)


def test_roles_need_one_role_per_token(tokens):
    with pytest.raises(ValueError, match="no role each"):
        token_roles(tokens.assign(response="<"), TASK, PROBLEMS)
