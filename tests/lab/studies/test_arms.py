"""Arms: counts by problem on problems that no threshold was chosen on."""

import pytest

from rlvr_direction.interventions import parse
from rlvr_direction.lab.studies import arms as module
from rlvr_direction.lab.studies.arms import CALIBRATION, FAMILIES, Arm, last_stage, problems_of, run_arm, threshold

TASK = "pointer_tree"


@pytest.fixture(autouse=True, scope="module")
def few():
    """Forty calibration problems."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CALIBRATION", 40)
        module._calibration_scores.cache_clear()
        yield
    module._calibration_scores.cache_clear()


def test_no_problem_is_both_judged_and_calibrated_on(monkeypatch):
    monkeypatch.setattr(module, "CALIBRATION", CALIBRATION)
    for task in ("arithmetic", "pointer_tree"):
        judged, calibration = problems_of(task, 2000), problems_of(task, 2000, calibration=True)
        assert len(judged) == 2000 and len(calibration) == 500 and not set(judged) & set(calibration)
        assert problems_of(task, 10) == judged[:10] and problems_of(task, 0, calibration=True) == calibration
        with pytest.raises(ValueError, match="at most 2000"):
            problems_of(task, 2001)


def test_an_arm_has_one_row_per_problem_with_sums_over_its_samples():
    arm = Arm("part", "family", "random:0.2", last_stage(TASK), samples=3, problems=15)
    table = run_arm(TASK, arm)
    assert table["problem_id"].tolist() == list(range(15)) and (table["samples"] == 3).all()
    assert table["correct"].between(0, 3).all() and (table["n_changed"] <= table["n_selected"]).all()
    assert set(table["where"]) == {"random:0.2"} and set(table["rl_seed"]) == {0}
    other = run_arm(TASK, arm, calibration=True)
    assert len(other) == 40


@pytest.mark.parametrize("family", FAMILIES)
def test_a_threshold_fires_on_its_budget_of_calibration_tokens(family):
    criterion = threshold(TASK, family, 0.2, stage=last_stage(TASK), reads="raw")
    assert parse(str(criterion)) == criterion and criterion.side == FAMILIES[family]
    arm = Arm("part", family, str(criterion), last_stage(TASK), gamma=-1.0, problems=1)
    table = run_arm(TASK, arm, calibration=True)
    assert 0.15 < table["n_selected"].sum() / table["n_tokens"].sum() < 0.5


def test_backward_thresholds_take_back_what_rl_raised_most():
    criterion = threshold(TASK, "delta_logp", 0.1, stage=last_stage(TASK), propose="rl", reads="raw")
    assert criterion.side == ">=" and criterion.threshold > 0


def test_a_criterion_on_truncated_policies_says_so():
    criterion = threshold(TASK, "delta_logp", 0.1, stage=last_stage(TASK), top_p=0.7, reads="sampled")
    assert str(criterion).startswith("sampled:delta_logp<=")
