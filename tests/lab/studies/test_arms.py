"""Arms: counts by problem, criteria calibrated on problems that judge nothing, and the best of several."""

from dataclasses import replace

import pandas as pd
import pytest

from rlvr_direction.interventions import parse
from rlvr_direction.lab.regime import CELLS, DECIDING
from rlvr_direction.lab.studies import arms as module
from rlvr_direction.lab.studies.arms import (
    COLDER,
    FAMILIES,
    Arm,
    best_arm,
    choose,
    cold_rl,
    run_arm,
    run_arms,
    where_of,
)

TASK = "pointer_tree"


@pytest.fixture(autouse=True, scope="module")
def few():
    """Forty calibration problems."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CALIBRATION", 40)
        module._calibration_scores.cache_clear()
        yield
    module._calibration_scores.cache_clear()


def test_an_arm_has_one_row_per_problem_with_sums_over_its_samples():
    arm = Arm.of(TASK, DECIDING, 0, "family", "random:0.2", samples=3)
    table = run_arm(TASK, arm, n=15)
    assert table["problem_id"].tolist() == list(range(15)) and (table["samples"] == 3).all()
    assert table["correct"].between(0, 3).all() and (table["n_changed"] <= table["n_selected"]).all()
    assert (
        set(table["where"]) == {"random:0.2"} and set(table["top_p"]) == {0.7} and set(table["purpose"]) == {"judged"}
    )
    assert (arm.cell, arm.checkpoint) == (str(DECIDING), "rl_020")


def test_the_same_arm_on_other_problems_has_other_counts():
    arm = Arm.of(TASK, CELLS[1], 0, "family", "nowhere")
    judged, calibration = (run_arm(TASK, arm, n=60, purpose=purpose) for purpose in ("judged", "calibration"))
    assert not judged["correct"].equals(calibration["correct"]) and set(calibration["purpose"]) == {"calibration"}
    assert len(run_arms(TASK, [arm, replace(arm, where="everywhere")], n=5)) == 10


@pytest.mark.parametrize("family", [*FAMILIES, "coin", "random"])
def test_a_criterion_fires_on_its_budget_of_calibration_tokens(family):
    where = where_of(TASK, CELLS[1], 0, family, 0.2)
    assert str(parse(where)) == where
    arm = Arm.of(TASK, CELLS[1], 0, family, where, gamma=-1.0)  # replaced by the base's own, so that texts stay its own
    table = run_arm(TASK, arm, n=40, purpose="calibration")
    assert 0.12 < table["n_selected"].sum() / table["n_tokens"].sum() < 0.5


def test_the_mirrored_gate_is_delta_logp_on_its_other_side():
    assert where_of(TASK, DECIDING, 0, "mirrored", 0.1).startswith("delta_logp>=")
    assert where_of(TASK, DECIDING, 0, "delta_logp", 0.1).startswith("delta_logp<=")
    assert where_of(TASK, DECIDING, 0, "delta_logp", 0.1, propose="rl").startswith("delta_logp>=")


def test_the_arm_with_the_most_right_answers_is_the_best():
    arms = [Arm.of(TASK, DECIDING, 0, name, "nowhere") for name in "ab"]
    tried = pd.DataFrame({"arm": [0, 0, 1, 1], "correct": [1, 0, 1, 1]})
    assert best_arm(arms, tried).family == "b"


def test_cold_rl_is_rl_alone_at_the_temperature_that_calibration_likes_best():
    best, tried = cold_rl(TASK, CELLS[2], 0)
    assert best.where == "everywhere" and best.family == "cold rl"
    assert set(tried["purpose"]) == {"calibration"} and len(tried) == len(COLDER) * module.CALIBRATION
    of_best = tried[(tried["temperature"] == best.temperature) & (tried["top_p"] == best.top_p)]
    assert of_best["correct"].sum() == tried.groupby(["temperature", "top_p"])["correct"].sum().max()
    again, _ = choose(TASK, [best], n=5)
    assert again == best
