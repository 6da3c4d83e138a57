import math

import numpy as np
import pytest
import torch

from rlvr_direction.distributions import (
    PairLogprobs,
    at,
    delta_logp,
    entropy,
    extrapolate,
    inverse_cdf,
    jensen_shannon,
    kl,
    log_softmax,
    total_variation,
    truncate,
)
from rlvr_direction.sampling import Sampling

BASE, RL = (0.5, 0.3, 0.2), (0.1, 0.6, 0.3)
LARGEST_UNIFORM = 1 - 2**-53


def logs(*p):
    return torch.tensor(p, dtype=torch.float64).log().float()


def support(logp):
    return (logp > -torch.inf).nonzero().flatten().tolist()


@pytest.fixture
def hand():
    return PairLogprobs(logs(*BASE), logs(*RL))


@pytest.fixture
def random_pair():
    generator = torch.Generator().manual_seed(0)
    return PairLogprobs(*(4 * torch.randn(2, 3, 5, 40, generator=generator)).log_softmax(-1))


def divergence(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


@pytest.mark.parametrize("scale", [0.01, 1.0, 3.0, 8.0])
def test_at_the_vocabulary_of_a_large_model_float32_is_within_1e_5_of_float64(scale):
    generator = torch.Generator().manual_seed(0)
    base = scale * torch.randn(4, 152_000, generator=generator)
    logits = base, base + 0.3 * torch.randn(4, 152_000, generator=generator)
    seen = PairLogprobs(*map(log_softmax, logits))
    exact = PairLogprobs(*(x.double().log_softmax(-1) for x in logits))
    measures = (entropy, lambda p: kl(*p), lambda p: kl(*p[::-1]), jensen_shannon, lambda p: p.base, lambda p: p.rl)
    for measure in measures:
        values = (measure(p.base if measure is entropy else p).double() for p in (seen, exact))
        torch.testing.assert_close(*values, atol=1e-5, rtol=0)


def test_scalars_on_three_tokens_are_those_of_pencil_and_paper(hand):
    middle = [(b + r) / 2 for b, r in zip(BASE, RL, strict=True)]
    expected = {
        entropy(hand.base): -sum(b * math.log(b) for b in BASE),
        kl(hand.rl, hand.base): divergence(RL, BASE),
        kl(hand.base, hand.rl): divergence(BASE, RL),
        jensen_shannon(hand): (divergence(BASE, middle) + divergence(RL, middle)) / 2,
        total_variation(hand): (0.4 + 0.3 + 0.1) / 2,
        delta_logp(hand, torch.tensor(1)): math.log(0.6 / 0.3),
        at(hand.base, torch.tensor(2)): math.log(0.2),
    }
    for seen, value in expected.items():
        assert seen.item() == pytest.approx(value, abs=1e-6)


def test_the_mean_of_delta_logp_is_minus_one_kl_under_base_and_the_other_kl_under_rl(random_pair):
    tokens = torch.arange(40).expand(3, 5, 40)
    delta = torch.stack([delta_logp(random_pair, tokens[..., v]) for v in range(40)], dim=-1)
    torch.testing.assert_close((random_pair.base.exp() * delta).sum(-1), -kl(random_pair.base, random_pair.rl))
    torch.testing.assert_close((random_pair.rl.exp() * delta).sum(-1), kl(random_pair.rl, random_pair.base))


def test_jensen_shannon_is_symmetric_zero_for_twins_and_log_2_for_strangers(random_pair):
    swapped = PairLogprobs(random_pair.rl, random_pair.base)
    torch.testing.assert_close(jensen_shannon(random_pair), jensen_shannon(swapped))
    assert (jensen_shannon(random_pair) <= math.log(2)).all()
    assert jensen_shannon(PairLogprobs(random_pair.rl, random_pair.rl)).abs().max() < 1e-6
    assert jensen_shannon(PairLogprobs(logs(1, 0, 0), logs(0, 0.5, 0.5))).item() == pytest.approx(math.log(2))


def test_pinsker_and_the_share_of_draws_that_must_differ(random_pair):
    distance = total_variation(random_pair)
    torch.testing.assert_close(distance, 1 - torch.minimum(*(logp.exp() for logp in random_pair)).sum(-1))
    assert (2 * distance**2 <= kl(random_pair.rl, random_pair.base)).all()


def test_a_token_of_probability_zero_adds_nothing_and_one_that_the_other_excludes_costs_infinity():
    whole, cut = logs(0.5, 0.25, 0.25), logs(0.5, 0.5, 0)
    assert entropy(cut).item() == pytest.approx(math.log(2))
    assert kl(cut, whole).item() == pytest.approx(0.5 * math.log(2))
    assert kl(cut, cut).item() == 0
    assert kl(whole, cut).item() == math.inf
    assert math.isfinite(jensen_shannon(PairLogprobs(whole, cut)).item())
    assert total_variation(PairLogprobs(whole, cut)).item() == pytest.approx(0.25)
    underflows = torch.tensor([0.0, -1000.0])
    assert not kl(underflows, torch.tensor([0.0, -torch.inf])).isnan()


@pytest.mark.parametrize("gamma", [-1.0, -0.5, 0.0, 0.1, 2.0])
def test_extrapolation_is_the_normalised_ratio_of_powers(hand, gamma):
    weights = np.array(RL) ** (1 + gamma) / np.array(BASE) ** gamma
    np.testing.assert_allclose(extrapolate(hand, gamma).exp(), weights / weights.sum(), atol=1e-6)


@pytest.mark.parametrize("gamma", [-1.0, -0.5, 0.0, 0.5])
def test_extrapolation_keeps_out_what_rl_excludes_and_what_both_exclude(gamma):
    pair = PairLogprobs(logs(0.5, 0.3, 0.2, 0), logs(0.6, 0.4, 0, 0))
    mixed = extrapolate(pair, gamma)
    assert mixed.exp().sum().item() == pytest.approx(1)
    assert support(mixed) == ([0, 1, 2] if gamma == -1 else [0, 1])


@pytest.mark.parametrize(
    "p, top_p, kept",
    [
        ((0.2, 0.5, 0.3), 0.4, [1]),
        ((0.2, 0.5, 0.3), 0.6, [1, 2]),
        ((0.2, 0.5, 0.3), 0.9, [0, 1, 2]),
        ((0.3, 0.4, 0.3), 0.6, [0, 1]),
        ((0.25, 0.25, 0.25, 0.25), 0.4, [0, 1]),
        ((0.2, 0.5, 0.3), 1e-9, [1]),
    ],
)
def test_the_nucleus_keeps_the_token_that_crosses_and_the_lower_id_of_a_tie(p, top_p, kept):
    cut = truncate(logs(*p), Sampling(top_p=top_p))
    assert support(cut) == kept
    share = np.array(p)[kept] / sum(p[v] for v in kept)
    np.testing.assert_allclose(cut[kept].exp(), share, atol=1e-6)


@pytest.mark.parametrize("top_p", [0.05, 0.3, 0.7, 0.95])
def test_the_nucleus_reaches_top_p_and_falls_short_of_it_without_its_least_token(random_pair, top_p):
    cut = truncate(random_pair.rl, Sampling(top_p=top_p))
    kept = torch.where(cut > -torch.inf, random_pair.rl.double().exp(), 0)
    assert (kept.sum(-1) >= top_p).all()
    least = torch.where(kept > 0, kept, 2).amin(-1)
    assert (kept.sum(-1) - least < top_p).all()
    torch.testing.assert_close(cut.exp().sum(-1), torch.ones(3, 5))


def test_temperature_comes_before_the_nucleus_and_zero_is_the_first_argmax(random_pair):
    flat = np.array(BASE) ** (1 / 2)
    np.testing.assert_allclose(truncate(logs(*BASE), Sampling(2.0)).exp(), flat / flat.sum(), atol=1e-6)
    assert support(truncate(logs(*BASE), Sampling(0.5, 0.6))) == [0]
    assert support(truncate(logs(*BASE), Sampling(2.0, 0.6))) == [0, 1]
    assert truncate(logs(0.2, 0.4, 0.4), Sampling(0.0)).tolist() == [-math.inf, 0, -math.inf]
    greedy = truncate(random_pair.base, Sampling(0.0, 0.5))
    assert torch.equal(inverse_cdf(greedy, torch.full((3, 5), 0.999)), random_pair.base.argmax(-1))


def test_temperature_1_and_top_p_1_change_nothing(random_pair):
    assert torch.equal(truncate(random_pair.base, Sampling()), random_pair.base)


def test_inverse_cdf_is_the_search_that_numpy_makes_in_float64(random_pair):
    uniform = torch.from_numpy(np.random.default_rng(0).random((3, 5)))
    drawn = inverse_cdf(random_pair.rl, uniform)
    for where in np.ndindex(3, 5):
        cdf = np.cumsum(np.exp(random_pair.rl[where].numpy().astype(np.float64)))
        assert drawn[where] == np.searchsorted(cdf / cdf[-1], uniform[where].item(), side="right")


@pytest.mark.parametrize("uniform", [0.0, 0.5, LARGEST_UNIFORM])
@pytest.mark.parametrize("p", [(0, 0.5, 0, 0.5, 0), (0, 0, 1, 0, 0), (0, 0.3, 0.3, 0.4, 0)])
def test_a_token_of_probability_zero_is_never_drawn(p, uniform):
    allowed = np.flatnonzero(p)
    drawn = inverse_cdf(logs(*p), torch.tensor(uniform, dtype=torch.float64)).item()
    assert drawn in allowed
    assert uniform != 0 or drawn == allowed[0]
    assert uniform != LARGEST_UNIFORM or drawn == allowed[-1]


def test_frequencies_are_the_probabilities_within_four_standard_errors():
    n, uniform = 20_000, torch.from_numpy(np.random.default_rng(1).random(20_000))
    drawn = inverse_cdf(logs(*BASE, 0).expand(n, 4), uniform)
    share = np.bincount(drawn.numpy(), minlength=4) / n
    p = np.array([*BASE, 0])
    assert (np.abs(share - p) <= 4 * np.sqrt(p * (1 - p) / n)).all()


def test_a_large_vocabulary_is_drawn_from_in_pieces():
    logp = log_softmax(torch.randn(3, 3, 20_000, generator=torch.Generator().manual_seed(0)))
    uniform = torch.rand(3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    one_by_one = [[inverse_cdf(logp[i, j], uniform[i, j]) for j in range(3)] for i in range(3)]
    assert torch.equal(inverse_cdf(logp, uniform), torch.tensor(one_by_one))
