"""What a weighting declares about itself, and which weights are refused."""

import doctest
from dataclasses import replace

import pytest
import torch

from rlvr_direction import reweighting as w
from rlvr_direction.reweighting import Rollout, rollout

P = torch.tensor([[0.5, 0.9, 0.1], [0.2, 1.0, 0.4]])
MASK = torch.tensor([[1, 1, 1], [1, 1, 0]])
ROLLOUT = Rollout(P.log(), MASK, torch.tensor([1.0, -1.0]), group_size=2)


def test_combinators_pass_on_what_a_weighting_needs():
    assert w.needs(w.mean_one(w.entropy_top(0.2))) == {"entropy"}
    assert w.needs(w.negative_only(w.divergence(0.1))) == {"logp_reference"}
    assert not w.needs(w.uniform) and not w.needs(lambda rollout: rollout.mask)


def test_what_is_pointwise():
    pointwise = [
        w.uniform,
        w.low_probability(0.1),
        w.high_probability(0.1),
        w.divergence(0.1),
        w.positive_only(w.low_probability(0.1)),
    ]
    assert all(map(w.is_pointwise, pointwise))
    rest = [
        w.perplexity(0.1),
        w.keep_below(0.1),
        w.entropy_top(0.1),
        w.surprisal_top(0.1),
        w.mean_one(w.low_probability(0.1)),
        lambda rollout: 1,
    ]
    assert not any(map(w.is_pointwise, rest))


def test_checked_weights_ignore_what_comes_after_a_response():
    def wild(_rollout):
        return torch.where(MASK.bool(), 2.0, torch.nan)

    assert torch.equal(w.checked(wild, ROLLOUT), torch.tensor([[2.0, 2.0, 2.0], [2.0, 2.0, 1.0]]))
    with pytest.raises(ValueError, match=r"the weighting test_checked.* gave nan to token 2 of response 1"):
        w.checked(wild, replace(ROLLOUT, mask=torch.ones(2, 3)))


def test_examples_in_docstrings_are_true():
    found = doctest.testmod(rollout)
    assert found.attempted >= 4 and not found.failed
