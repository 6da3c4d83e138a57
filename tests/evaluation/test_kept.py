"""Kept tokens: the token table, with what was proposed and the likeliest tokens of both models."""

import pytest
import torch
from pandas.testing import assert_frame_equal

from rlvr_direction.evaluation import respond
from rlvr_direction.evaluation.kept import TOP, kept_tokens
from rlvr_direction.interventions import Intervention, parse
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.scoring import score_tokens

TASK = TASKS["pointer_tree"]
PROBLEMS = TASK.problems(6, seed=3)


@pytest.fixture(scope="module")
def kept():
    pair = load_toy_pair("pointer_tree")
    responses = respond(pair, TASK, PROBLEMS, Intervention(parse("random:0.3")), seed=1, samples=2)
    return pair, responses, kept_tokens(pair, PROBLEMS, responses, batch_size=5)


def test_it_is_the_token_table_of_the_responses(kept):
    pair, responses, table = kept
    prompts = [PROBLEMS[i].prompt for i in responses["problem_id"]]
    texts = [
        {"prompt": prompt, "response": "", "response_ids": ids}
        for prompt, ids in zip(prompts, responses["response_ids"], strict=True)
    ]
    scores = score_tokens(pair, texts, batch_size=5)
    assert_frame_equal(table[list(scores.columns)], scores, rtol=1e-4, atol=1e-4)


def test_selected_tokens_and_proposals_stand_where_they_were_decoded(kept):
    _, responses, table = kept
    assert table.groupby("text_id")["selected"].sum().tolist() == responses["n_selected"].tolist()
    changed = (table["proposal"] != table["token"]).groupby(table["text_id"]).sum()
    assert changed.tolist() == responses["n_changed"].tolist()
    same = table[~table["selected"]]
    assert (same["proposal"] == same["token"]).all()
    assert (same["proposal_delta_logp"] - same["delta_logp"]).abs().max() < 1e-4


def test_the_top_tokens_are_each_models_own_in_order(kept):
    pair, _, table = kept
    ids = torch.tensor([pair.encode_prompt(PROBLEMS[0].prompt)])
    first = table.iloc[0]
    for model in ("base", "rl"):
        with torch.inference_mode():
            top = getattr(pair, model)(ids).logits[0, -1].log_softmax(-1).topk(TOP)
        names = [pair.tokenizer.decode([i]) for i in top.indices.tolist()]
        assert [first[f"{model}_top_{k}"] for k in range(1, TOP + 1)] == names
        found = [first[f"{model}_top_{k}_logp"] for k in range(1, TOP + 1)]
        assert found == pytest.approx(top.values.tolist(), abs=1e-5)
