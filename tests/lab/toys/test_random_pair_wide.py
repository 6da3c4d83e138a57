"""The wide pair: as many tokens as asked, as peaked as asked, and RL a tenth of a logit's spread away."""

import pytest
import torch

from rlvr_direction.distributions import entropy
from rlvr_direction.lab.toys import wide_pair

VOCABULARY = 4096


@torch.inference_mode()
def logits_of(pair):
    ids = torch.randint(VOCABULARY, (4, 32), generator=torch.Generator().manual_seed(0))
    return [model(input_ids=ids).logits for model in pair.models]


@pytest.mark.parametrize("spread", [2.0, 6.0])
def test_a_logit_is_as_spread_as_asked_and_rl_adds_a_tenth_of_that(spread):
    base, rl = logits_of(wide_pair(VOCABULARY, spread=spread, seed=0))
    assert base.shape == (4, 32, VOCABULARY)
    assert base.std(-1).mean().item() == pytest.approx(spread, rel=0.03)
    assert (rl - base).std(-1).mean().item() == pytest.approx(spread / 10, rel=0.03)


def test_a_larger_spread_is_more_peaked_and_none_repeats_the_token_it_read():
    flat, peaked = (logits_of(wide_pair(VOCABULARY, spread=spread, seed=0))[0] for spread in (3.0, 6.0))
    assert entropy(torch.log_softmax(flat, -1)).mean() > 2 * entropy(torch.log_softmax(peaked, -1)).mean() > 1
    ids = torch.randint(VOCABULARY, (4, 32), generator=torch.Generator().manual_seed(0))
    assert (peaked.argmax(-1) == ids).float().mean() < 0.1


def test_the_seed_decides_the_weights_and_nothing_outside_it_is_touched():
    state = torch.get_rng_state()
    one, again, other = (wide_pair(VOCABULARY, spread=3.0, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(one.rl.lm_head.weight, again.rl.lm_head.weight)
    assert not torch.equal(one.rl.lm_head.weight, other.rl.lm_head.weight)


def test_sizes_replace_those_of_the_architecture():
    assert wide_pair(VOCABULARY, spread=3.0, seed=0, hidden_size=128).base.config.hidden_size == 128
