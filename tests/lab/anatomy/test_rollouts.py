"""Rollouts as training sees them: groups, their advantages, and the policy that wrote them."""

import numpy as np
import pandas as pd
import pytest
import torch

from rlvr_direction.lab.anatomy import group_advantages, parameter_norms, predictions_of, rollout_tokens
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair

TASK = TASKS["pointer_tree"]


def test_advantages_are_standardised_in_their_group():
    responses = pd.DataFrame(
        {"problem_id": [0, 1] * 4, "correct": [True, False, True, False, False, False, False, False]}
    )
    advantages = group_advantages(responses)
    assert (advantages[responses["problem_id"] == 1] == 0).all()
    deviation = np.std([1, 1, 0, 0], ddof=1) + 1e-4
    assert advantages[responses["problem_id"] == 0].tolist() == pytest.approx(
        [0.5 / deviation] * 2 + [-0.5 / deviation] * 2
    )


@pytest.mark.parametrize("policy", ["base", "rl"])
def test_tokens_carry_the_policys_own_log_probability(policy):
    problems = TASK.problems(6, seed=0)
    tokens = rollout_tokens(load_toy_pair("pointer_tree"), TASK, problems, policy=policy, group_size=4, seed=1)
    assert (tokens["logp"] == tokens[f"logp_{policy}"]).all() and tokens["logp"].mean() > -1
    of_text = tokens.groupby(["problem_id", "sample_id"])[["advantage", "correct"]].agg(["nunique", "first"])
    assert len(of_text) == 24 and (of_text.xs("nunique", axis=1, level=1) == 1).all().all()
    assert of_text["advantage"]["first"].groupby(level=0).sum().abs().max() < 1e-9


def test_predictions_are_those_the_table_was_made_from():
    pair, problems = load_toy_pair("pointer_tree"), TASK.problems(3, seed=0)
    tokens = rollout_tokens(pair, TASK, problems, policy="rl", group_size=2, seed=1)
    logps, ids = predictions_of(pair, tokens, problems)
    assert ids.tolist() == tokens["token_id"].tolist()
    for name, logp in zip(("logp_base", "logp_rl"), logps, strict=True):
        own = logp.gather(1, ids[:, None])[:, 0]
        torch.testing.assert_close(own, torch.tensor(tokens[name].to_numpy()), check_dtype=False, atol=1e-5, rtol=0)


@pytest.mark.parametrize("policy", ["base", "rl"])
def test_norms_are_those_of_backpropagating_through_the_whole_response(policy):
    pair, problems = load_toy_pair("pointer_tree"), TASK.problems(2, seed=0)
    tokens = rollout_tokens(pair, TASK, problems, policy=policy, group_size=2, seed=1)
    rows = tokens.index[[0, 3, len(tokens) - 1, 3]]
    norms = parameter_norms(pair, tokens, problems, rows, policy=policy)
    assert norms.index.tolist() == rows.tolist() and norms.iloc[1] == norms.iloc[3]
    model = getattr(pair, policy)
    for norm, row in zip(norms, tokens.loc[rows].itertuples(), strict=True):
        prompt = pair.encode_prompt(problems[row.problem_id].prompt)
        response = tokens.loc[tokens["text_id"] == row.text_id, "token_id"].tolist()
        logits = model(input_ids=torch.tensor([prompt + response])).logits[0, len(prompt) - 1 : -1]
        model.zero_grad()
        logits.log_softmax(-1)[row.position, row.token_id].backward()
        whole = torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item()
        assert norm == pytest.approx(whole, rel=1e-3) and norm > 0
    model.zero_grad()
