"""Where to intervene: criteria, the mass they fire on, coins, thresholds for a budget, and their text form."""

import doctest
import math

import numpy as np
import pytest
import torch

from rlvr_direction import interventions
from rlvr_direction.distributions import PairLogprobs, Sampling, truncate
from rlvr_direction.interventions import (
    EVERYWHERE,
    NOWHERE,
    AtRandom,
    Criterion,
    Intervention,
    calibrate,
    mass,
    parse,
    text_of,
)
from rlvr_direction.scores import SCORES, View

BASE = torch.tensor([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]])
RL = torch.tensor([[0.1, 0.6, 0.3], [0.25, 0.7, 0.05]])
SUPPRESSED = Criterion("delta_logp", "<=", -0.3)
TEXTS = (
    "everywhere",
    "nowhere",
    "delta_logp<=-0.3",
    "entropy_base>=0.7",
    "abs_delta_logp>=1e-05",
    "sampled:kl_rl_base>=0.25",
    "sampled:delta_logp<=-inf",
    "mass(delta_logp<=-0.3)>=0.1",
    "random:0.1",
    "random:mass(delta_logp<=-0.3)",
    "random:mass(sampled:delta_logp<=-0.3)",
)
PLAIN = Sampling()


def view_of(sampling=PLAIN, proposer="base"):
    raw = PairLogprobs(BASE.log(), RL.log())
    return View(raw, PairLogprobs(*(truncate(logp, sampling) for logp in raw)), proposer)


@pytest.fixture
def view():
    return view_of()


def test_a_criterion_fires_on_its_side_of_the_threshold_bound_included(view):
    token, uniform = torch.tensor([0, 1]), torch.zeros(2)
    delta = SCORES["delta_logp"](view, token)
    for side, wanted in (("<=", [True, False]), (">=", [True, True])):
        assert Criterion("delta_logp", side, delta[0].item())(view, token, uniform).tolist() == wanted


def test_a_criterion_of_all_tokens_is_what_it_does_to_each(view):
    for criterion in (SUPPRESSED, Criterion("entropy_base", ">=", 1.0), Criterion(lambda v, t: t * 1.0, ">=", 1.0)):
        each = [criterion(view, torch.full((2,), v), torch.zeros(2)) for v in range(3)]
        assert torch.equal(criterion.of_all(view), torch.stack(each, -1))


def test_a_criterion_may_read_the_truncated_policies():
    cut = view_of(sampling=Sampling(top_p=0.5))
    token = torch.tensor([0, 2])
    raw, sampled = (
        Criterion("delta_logp", "<=", -5.0, reads)(cut, token, token.float()) for reads in ("raw", "sampled")
    )
    assert raw.tolist() == [False, False] and sampled.tolist() == [True, True]


@pytest.mark.parametrize("proposer", ["base", "rl"])
def test_mass_is_the_probability_that_the_proposers_token_fires(proposer):
    view = view_of(proposer=proposer, sampling=Sampling(top_p=0.9))
    p = getattr(view.sampled, proposer).exp()
    fires = (RL / BASE).log() <= -0.3
    torch.testing.assert_close(mass(SUPPRESSED)(view, torch.zeros(2, dtype=torch.long)), (p * fires).sum(-1))


def test_the_matched_coin_fires_as_often_as_its_criterion_at_every_position(view):
    uniform = torch.linspace(0, 1 - 1e-6, 1000, dtype=torch.float64).unsqueeze(1).expand(1000, 2)
    tiled = View(*(PairLogprobs(*(x.expand(1000, 2, 3) for x in pair)) for pair in view[:2]), "base")
    token = torch.zeros(1000, 2, dtype=torch.long)
    fired = AtRandom(mass(SUPPRESSED))(tiled, token, uniform).double().mean(0)
    torch.testing.assert_close(fired, mass(SUPPRESSED)(view, token[0]).double(), atol=2e-3, rtol=0)


def test_at_random_fires_where_the_uniform_is_below_the_rate_whatever_the_policies_say(view):
    uniform = torch.tensor([0.0, 0.49, 0.5, 1 - 2**-53], dtype=torch.float64)
    token = torch.zeros(4, dtype=torch.long)
    assert AtRandom(0.5)(view, token, uniform).tolist() == [True, True, False, False]
    assert EVERYWHERE(view, token, uniform).all()
    assert not NOWHERE(view, token, uniform).any()


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan])
def test_a_rate_that_is_no_probability_is_refused(rate):
    with pytest.raises(ValueError, match=f"rate is {rate}"):
        AtRandom(rate)


@pytest.mark.parametrize("gamma", [-1.01, -2.0, math.nan, math.inf])
def test_a_gamma_below_the_base_or_infinite_is_refused(gamma):
    with pytest.raises(ValueError, match=f"gamma is {gamma}"):
        Intervention(EVERYWHERE, gamma)


def test_interventions_are_values():
    assert Intervention(AtRandom(0.1)) == Intervention(AtRandom(0.1), gamma=0.0)
    assert len({Intervention(EVERYWHERE, -1.0), Intervention(AtRandom(1.0), -1.0)}) == 1


@pytest.mark.parametrize(("side", "budget"), [("<=", 0.1), (">=", 0.25), ("<=", 1.0)])
def test_a_calibrated_threshold_fires_on_the_budget(side, budget):
    values = np.random.default_rng(0).normal(size=1000)
    at = calibrate(values, side, budget)
    assert ((values <= at) if side == "<=" else (values >= at)).mean() == pytest.approx(budget, abs=2e-3)


def test_a_threshold_among_ties_takes_the_next_larger_share():
    assert calibrate(np.array([0.0, 0.0, 0.0, 1.0]), "<=", 0.5) == 0.0
    assert calibrate(np.array([-np.inf, 0.0, 1.0, 2.0]), "<=", 0.25) == -np.inf


@pytest.mark.parametrize(("values", "budget"), [([1.0], 0.0), ([1.0], 1.1), ([], 0.5), ([1.0, np.nan], 0.5)])
def test_a_budget_that_is_no_share_and_values_that_are_no_numbers_are_refused(values, budget):
    with pytest.raises(ValueError, match=r"budget is|values"):
        calibrate(np.array(values), "<=", budget)


@pytest.mark.parametrize("text", TEXTS)
def test_text_and_criterion_are_one(text):
    criterion = parse(text)
    assert str(criterion) == text and parse(str(criterion)) == criterion


@pytest.mark.parametrize(
    ("spaced", "text"),
    [
        (" delta_logp <= -0.3 ", "delta_logp<=-0.3"),
        ("sampled: delta_logp >=1.0", "sampled:delta_logp>=1.0"),
        ("mass( delta_logp <= -0.3 ) >= 0.1", "mass(delta_logp<=-0.3)>=0.1"),
        ("random : mass (delta_logp <= -0.3)", "random:mass(delta_logp<=-0.3)"),
    ],
)
def test_spaces_around_signs_do_not_matter(spaced, text):
    assert parse(spaced) == parse(text) and Intervention(spaced) == Intervention(parse(text))


def halved(view, token):
    return SCORES["delta_logp"](view, token) / 2


def test_a_function_of_ones_own_is_called_by_its_module_and_name():
    name = f"{__name__}:halved"
    assert str(Criterion(halved, "<=", -0.3)) == f"{name}<=-0.3"
    assert str(AtRandom(halved)) == f"random:{name}" and text_of(halved) == name


@pytest.mark.parametrize(
    "text",
    [
        *("", "delta_logp", "delta_logp<-0.3", "delta_logp<=", "delta_logp<=x", "delta_logp<=nan", "nothing<=1"),
        *("random:2x", "random:1.5", "random:entropy_base"),
        *("delta_logp < = 1", "delta _logp<=1", "mass(delta_logp)<=1", "mass(nothing<=1)>=0.1"),
    ],
)
def test_text_that_is_no_criterion_is_refused_with_the_choices(text):
    with pytest.raises(ValueError, match=r"choose from logp_base|expected everywhere, nowhere, random:RATE|rate is"):
        parse(text)


@pytest.mark.parametrize(
    ("made", "seen"),
    [
        (lambda: Criterion("nothing", "<=", 1.0), "no score is called 'nothing'"),
        (lambda: Criterion("delta_logp", "<", 1.0), "'<'"),
        (lambda: Criterion("delta_logp", "<=", math.nan), "threshold of delta_logp is nan"),
        (lambda: Criterion("delta_logp", "<=", 1.0, "cooked"), "'cooked'"),
    ],
)
def test_a_criterion_that_makes_no_sense_is_refused(made, seen):
    with pytest.raises((ValueError, Exception), match=seen):
        made()


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(interventions).failed == 0
