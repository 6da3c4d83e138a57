"""The replacement study: every criterion at every budget, both ends, both directions, seeds, top_p and sharpening."""

import pytest

from rlvr_direction.interventions import parse
from rlvr_direction.lab.studies import replacement
from rlvr_direction.lab.studies.arms import FAMILIES
from rlvr_direction.lab.studies.replacement import BUDGETS, arms


@pytest.fixture(scope="module")
def planned():
    """All arms, with a threshold in place of calibration."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replacement, "threshold", lambda task, family, budget, **_: parse(f"delta_logp<=-{budget}"))
        return arms("arithmetic", seeds=5, n=2000)


def of(planned, **wanted):
    return [arm for arm in planned if all(getattr(arm, name) == value for name, value in wanted.items())]


def test_every_criterion_is_there_at_every_budget_and_the_ends(planned):
    curves = of(planned, part="curves")
    for family in (*FAMILIES, "random", "coin"):
        budgets = sorted(arm.budget for arm in curves if arm.family == family)
        assert budgets[:6] == sorted(BUDGETS) and budgets[6:] in ([], [0.7])
    assert {arm.family for arm in curves if arm.budget in (0.0, 1.0)} == {"nowhere", "everywhere"}
    assert {arm.family for arm in curves if arm.budget == 0.7} == {"delta_logp", "kl_rl_base", "entropy_base", "random"}


def test_what_decides_a_verdict_has_four_samples(planned):
    for arm in of(planned, part="curves"):
        assert (arm.samples == 4) == (arm.budget in (0.0, 0.02, 0.05, 0.1, 0.2, 1.0)) and arm.problems == 2000


def test_the_coin_is_matched_to_delta_logp_at_its_budget(planned):
    for arm in of(planned, part="curves", family="coin"):
        (matched,) = of(planned, part="curves", family="delta_logp", budget=arm.budget)
        assert arm.where == f"random:mass({matched.where})"


def test_backward_arms_let_rl_write_and_the_base_act(planned):
    backward = of(planned, part="backward")
    assert {(arm.propose, arm.gamma) for arm in backward} == {("rl", -1.0)}
    assert {arm.family for arm in backward} == {"delta_logp", "kl_rl_base", "random", "nowhere", "everywhere"}


def test_seeds_have_their_own_checkpoints_and_fewer_problems(planned):
    seeds = of(planned, part="seeds")
    assert {arm.rl_seed for arm in seeds} == {1, 2, 3, 4} and {arm.problems for arm in seeds} == {500}
    assert all(arm.stage.endswith(f"_seed_{arm.rl_seed}") for arm in seeds)


def test_the_papers_top_p_is_there_with_both_readings(planned):
    assert {arm.top_p for arm in of(planned, part="top_p")} == {0.7}
    assert {arm.top_p for arm in of(planned, part="top_p sampled")} == {0.7}


def test_both_models_alone_over_temperature_and_top_p(planned):
    cells = {(arm.family, arm.temperature, arm.top_p) for arm in of(planned, part="sharpening")}
    assert len(cells) == 2 * 9 and ("nowhere", 0.0, 1.0) in cells and ("everywhere", 0.7, 0.7) in cells


def test_a_plan_has_one_part_per_arm(monkeypatch):
    monkeypatch.setattr(replacement, "threshold", lambda *_, **__: parse("delta_logp<=-0.3"))
    parts = replacement.plan("pointer_tree", seeds=1, n=4)
    assert len(parts) == len(arms("pointer_tree", seeds=1, n=4))
    assert len(parts[0]()) == 4
