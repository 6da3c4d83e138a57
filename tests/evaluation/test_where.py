"""Where a command intervenes: text forms, functions, and thresholds that meet a budget."""

import pytest

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import respond
from rlvr_direction.evaluation.where import at_budget, read_where
from rlvr_direction.interventions import NOWHERE, Criterion, Intervention, parse
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair


def test_a_text_is_a_criterion_or_a_function():
    assert read_where("delta_logp<=-0.3") == parse("delta_logp<=-0.3") and read_where("nowhere") is NOWHERE
    assert str(read_where("random:mass(delta_logp<=-0.3)")) == "random:mass(delta_logp<=-0.3)"
    assert read_where("operator:eq")(1, 1)


def test_a_budget_leaves_the_threshold_open():
    assert read_where(" delta_logp<= ", 0.1) == Criterion("delta_logp", "<=", 0.0)
    assert read_where("mass(delta_logp<=-0.3)>=", 0.1) == parse("mass(delta_logp<=-0.3)>=0")


@pytest.mark.parametrize("text", ["delta_logp<=-0.3", "everywhere", "random:", "delta_logp", "sampled:delta_logp<="])
def test_a_budget_with_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="a score with its sign and no number"):
        read_where(text, 0.1)


@pytest.mark.parametrize("where", ["delta_logp<=", "entropy_base>=", "mass(delta_logp<=-0.3)>="])
def test_the_threshold_meets_the_budget_on_the_proposers_own_text(where):
    pair, task, sampling = load_toy_pair("pointer_tree"), TASKS["pointer_tree"], Sampling()
    problems = task.problems(64, seed=7)
    found = at_budget(pair, task, problems, read_where(where, 0.2), 0.2, sampling, seed=1)
    assert found.side == where[-2:] and str(found).startswith(where)
    table = respond(pair, task, problems, Intervention(found, -1.0), sampling, seed=2, propose="base")
    assert table["n_selected"].sum() / table["n_tokens"].sum() == pytest.approx(0.2, abs=0.08)
