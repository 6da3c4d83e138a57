"""DAPO's objective by hand, and the lemma's norms against autograd on a toy."""

import pytest
import torch

from rlvr_direction.lab.anatomy import dapo_objective, lemma_errors
from rlvr_direction.lab.anatomy.lemma import log_odds_at
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair


def test_the_objective_is_the_clipped_ratio_times_the_advantage_averaged_over_tokens():
    logits = torch.tensor([[0.5, 0.5], [0.9, 0.1], [0.9, 0.1]], dtype=torch.float64).log()
    old = torch.tensor([0.5, 0.5, 0.9], dtype=torch.float64).log()
    value, ratio, _ = dapo_objective(logits, torch.tensor([0, 0, 1]), old, torch.tensor([1.0, 2.0, -1.0]).double())
    assert ratio.tolist() == pytest.approx([1.0, 1.8, 1 / 9])
    assert value.item() == pytest.approx((1.0 + 2 * 1.28 - 0.8) / 3)


def test_from_the_odds_the_gradient_of_an_almost_certain_token_keeps_its_digits():
    logits = torch.tensor([[0.0, -20.0, -21.0]], dtype=torch.float64, requires_grad=True)
    token, how = torch.tensor([0]), {"temperature": 0.5, "log_prob": log_odds_at}
    value, _, logp = dapo_objective(logits, token, torch.zeros(1).double(), torch.ones(1), **how)
    (gradient,) = torch.autograd.grad(value, logits)
    rare = torch.tensor([-40.0, -42.0], dtype=torch.float64).exp()
    assert logp.item() == pytest.approx(-rare.sum().item(), rel=1e-12)
    assert gradient[0].tolist() == pytest.approx([rare.sum().item() / 0.5, *(-rare / 0.5).tolist()], rel=1e-12)


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_lemma_holds_where_the_policy_has_moved_and_clipped_tokens_have_no_gradient(temperature):
    task = TASKS["arithmetic"]
    pair, problems = load_toy_pair("arithmetic", "rl_010"), task.problems(8, seed=0)
    (row,) = lemma_errors(pair, task, problems, seed=0, temperature=temperature).itertuples()
    assert row.temperature == temperature
    assert 0 < row.clipped < row.tokens and row.error_from_odds < 1e-9 and row.gradient_of_clipped == 0
    assert row.error < 1e-6, "log_softmax rounds 1 - pi where a token is almost certain"
