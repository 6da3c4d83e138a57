"""DAPO's objective by hand, and the lemma's norms against autograd on a toy."""

import pytest
import torch

from rlvr_direction.lab.anatomy import dapo_objective, lemma_errors
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair


def test_the_objective_is_the_clipped_ratio_times_the_advantage_averaged_over_tokens():
    logits = torch.tensor([[0.5, 0.5], [0.9, 0.1], [0.9, 0.1]], dtype=torch.float64).log()
    old = torch.tensor([0.5, 0.5, 0.9], dtype=torch.float64).log()
    value, ratio, _ = dapo_objective(logits, torch.tensor([0, 0, 1]), old, torch.tensor([1.0, 2.0, -1.0]).double())
    assert ratio.tolist() == pytest.approx([1.0, 1.8, 1 / 9])
    assert value.item() == pytest.approx((1.0 + 2 * 1.28 - 0.8) / 3)


def test_the_lemma_holds_where_the_policy_has_moved_and_clipped_tokens_have_no_gradient():
    task = TASKS["arithmetic"]
    (row,) = lemma_errors(load_toy_pair("arithmetic", "rl_010"), task, task.problems(8, seed=0), seed=0).itertuples()
    assert 0 < row.clipped < row.tokens and row.error < 1e-9 and row.gradient_of_clipped == 0
