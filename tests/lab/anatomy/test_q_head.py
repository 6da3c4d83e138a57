"""A learnt score: it finds an advantage that is there, and gates like any other score."""

import torch

from rlvr_direction.distributions import PairLogprobs
from rlvr_direction.interventions import Criterion
from rlvr_direction.lab.anatomy.q_head import features, train_head
from rlvr_direction.scores import SCORES, View


def views(n, seed):
    generator = torch.Generator().manual_seed(seed)
    raw = PairLogprobs(*(torch.log_softmax(2 * torch.randn(n, 8, generator=generator), -1) for _ in range(2)))
    return View(raw, raw), torch.randint(8, (n,), generator=generator)


def test_the_head_learns_an_advantage_from_noisy_estimates_and_gates_on_it():
    view, token = views(2000, 0)
    wanted = torch.tanh(-SCORES["delta_logp"](view, token))
    noisy = wanted + 0.5 * torch.randn(2000, generator=torch.Generator().manual_seed(1))
    head = train_head(features(view, token), noisy, torch.ones(2000), seed=0)
    fresh, other = views(500, 2)
    found, true = head(fresh, other), torch.tanh(-SCORES["delta_logp"](fresh, other))
    assert torch.corrcoef(torch.stack([found, true]))[0, 1] > 0.8
    assert (Criterion(head, ">=", 0.3)(fresh, other, torch.zeros(500)) == (found >= 0.3)).all()


def test_training_is_the_same_twice_and_leaves_the_global_generator_alone():
    view, token = views(50, 0)
    before = torch.get_rng_state()
    one, two = (train_head(features(view, token), torch.ones(50), torch.ones(50), seed=3) for _ in range(2))
    assert (one(view, token) == two(view, token)).all() and (torch.get_rng_state() == before).all()
