"""Arms: a gate fires on its share, and what is chosen has the most right answers on calibration problems."""

import numpy as np
import pandas as pd
import pytest
import torch

from rlvr_direction.audit.arms import (
    BUDGETS,
    COLDER,
    GAMMAS,
    REPLACED,
    Arm,
    gate_at,
    judged_arms,
    tried_arms,
)
from rlvr_direction.audit.sizes import JUDGED, TRIED
from rlvr_direction.distributions import PairLogprobs, Sampling, truncate
from rlvr_direction.interventions import AtRandom, parse
from rlvr_direction.scores import View

NAMES = ("delta_logp", "kl_rl_base", "entropy_base", "logp_rl")
LOW = {"delta_logp", "logp_rl"}  # low values are selected
SAMPLING = Sampling(0.9, 0.8)


@pytest.fixture(scope="module")
def scores():
    rng = np.random.default_rng(0)
    return pd.DataFrame({name: rng.normal(size=1000) for name in NAMES})


def counted(arms, right):
    """The rows of two problems for each arm; `right(arm)` of the first one's answers are right, none of the other's."""
    labels = [vars(arm) for arm in arms]
    rows = [
        {**label, "problem_id": p, "correct": 0 if p else right(arm)}
        for label, arm in zip(labels, arms, strict=True)
        for p in (0, 1)
    ]
    return pd.DataFrame(rows)


def none_right(arm):
    return 0


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("family", [*NAMES, "logp_base", "mirrored"])
def test_a_gate_fires_on_its_share_of_the_tokens_at_its_end_of_the_scale(scores, family, budget):
    name = "delta_logp" if family == "mirrored" else family
    values = scores.assign(logp_base=-scores["entropy_base"])[name].to_numpy()
    gate = gate_at(family, budget, {name: values})
    fires = values <= gate.threshold if gate.side == "<=" else values >= gate.threshold
    assert gate.score == name and fires.sum() == budget * 1000
    at_low_end = family in LOW | {"logp_base"}
    assert (values[fires].max() < values[~fires].min()) if at_low_end else (values[fires].min() > values[~fires].max())


def test_random_fires_at_its_budget_whatever_the_scores():
    assert gate_at("random", 0.05, {}) == AtRandom(0.05)


def test_the_coin_fires_with_the_probability_that_the_gate_on_delta_logp_fires(scores):
    generator = torch.Generator().manual_seed(0)
    raw = PairLogprobs(*(torch.randn(6, 40, generator=generator).log_softmax(-1) for _ in range(2)))
    sampled = PairLogprobs(*(truncate(logp, SAMPLING) for logp in raw))
    gate, coin = (gate_at(family, 0.2, scores) for family in ("delta_logp", "coin"))
    fires = raw.rl - raw.base <= gate.threshold
    expected = (sampled.base.exp() * fires).sum(-1)
    assert expected.min() > 0 and expected.max() < 1
    torch.testing.assert_close(coin.rate(View(raw, sampled), torch.zeros(6, dtype=torch.long)), expected)


def test_ties_at_the_threshold_all_fire():
    assert gate_at("delta_logp", 0.02, {"delta_logp": np.zeros(10)}).threshold == 0


@pytest.mark.parametrize("family", [family for family in REPLACED if family != "random"])
def test_scores_that_are_not_numbers_are_refused(scores, family):
    with pytest.raises(ValueError, match="1000 values, 1 not a number"):
        gate_at(family, 0.1, scores.mask(scores.index.to_series() == 3))


def test_there_are_as_many_arms_as_the_plan_counts(scores):
    tried = tried_arms(scores, SAMPLING)
    judged = judged_arms(scores, counted(tried, none_right), SAMPLING)
    assert len(tried) == TRIED + 1 and len(judged) == JUDGED
    assert len({*tried}) == len(tried) and len({*judged}) == len(judged)
    assert all(str(parse(arm.where)) == arm.where for arm in [*tried, *judged])
    assert not any(np.isnan(arm.budget) for arm in [*tried, *judged])


def test_every_budget_is_tried_with_every_gamma_and_rl_at_every_colder_sampling(scores):
    tried = tried_arms(scores, SAMPLING)
    grid = [arm for arm in tried if arm.family == "tried"]
    gates = {budget: str(gate_at("delta_logp", budget, scores)) for budget in BUDGETS}
    assert {(arm.where, arm.budget, arm.gamma) for arm in grid} == {(gates[b], b, g) for b in BUDGETS for g in GAMMAS}
    cold = [arm for arm in tried if arm.family == "cold rl"]
    assert [arm.sampling for arm in cold] == [*COLDER, SAMPLING] and {arm.where for arm in cold} == {"everywhere"}


def test_both_models_alone_and_every_family_at_every_budget_are_judged_at_one_sampling(scores):
    judged = judged_arms(scores, counted(tried_arms(scores, SAMPLING), none_right), SAMPLING)
    assert [(arm.family, arm.where) for arm in judged[:2]] == [("nowhere",) * 2, ("everywhere",) * 2]
    replaced = [(arm.family, arm.budget, arm.where) for arm in judged[2:-2]]
    assert replaced == [(f, b, str(gate_at(f, b, scores))) for f in REPLACED for b in BUDGETS]
    assert {arm.sampling for arm in judged[:-1]} == {SAMPLING} and {arm.gamma for arm in judged[:-2]} == {0.0}


@pytest.mark.parametrize("best", [0, 7, 19])
def test_chosen_is_the_gate_and_cold_rl_the_sampling_with_the_most_right_answers(scores, best):
    tried = tried_arms(scores, SAMPLING)
    winners = tried[best], tried[20 + best % len(COLDER)]
    counts = counted(tried, lambda arm: 3 if arm in winners else 2)
    chosen, cold = judged_arms(scores, counts.sample(frac=1, random_state=0), SAMPLING)[-2:]
    assert chosen == Arm(**{**vars(winners[0]), "family": "chosen"}) and cold == winners[1]


def test_of_several_with_as_many_right_answers_the_first_is_chosen(scores):
    tried = tried_arms(scores, SAMPLING)
    counts = counted(tried, lambda arm: int(arm in (*tried[4:9], *tried[22:])))
    chosen, cold = judged_arms(scores, counts, SAMPLING)[-2:]
    assert (chosen.budget, chosen.gamma) == (tried[4].budget, tried[4].gamma) and cold == tried[22]


def test_budgets_that_share_a_threshold_do_not_add_up_their_right_answers():
    few = pd.DataFrame({name: np.arange(12.0) for name in NAMES})
    tried = tried_arms(few, SAMPLING)
    assert tried[0].where == tried[5].where != tried[15].where
    counts = counted(tried, lambda arm: {0.02: 2, 0.05: 2, 0.2: 3}.get(arm.budget, 0))
    chosen = judged_arms(few, counts, SAMPLING)[-2]
    assert chosen.budget == 0.2
