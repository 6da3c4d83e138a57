"""Arms of a pair that is held in memory: the identities of replacement and of extrapolation."""

import pytest

from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, Intervention
from rlvr_direction.lab.studies import any_pair
from rlvr_direction.lab.studies.any_pair import answers, cold, extrapolated, replaced, separation
from rlvr_direction.lab.toys import load_toy_pair

TASK = "pointer_tree"


@pytest.fixture(scope="module")
def pair():
    return load_toy_pair(TASK)


def test_replacement_fires_about_as_often_as_its_budget_and_never_or_always_at_the_ends(pair):
    table = replaced(pair, TASK, 0.7, (0.2,), n=40, calibration=40)
    counts = table.groupby("family")[["n_selected", "n_tokens"]].sum()
    share = counts["n_selected"] / counts["n_tokens"]
    assert share["nowhere"] == 0 and share["everywhere"] == 1
    assert share[["delta_logp", "kl_rl_base", "random"]].between(0.08, 0.4).all()
    assert (table.groupby("family")["problem_id"].nunique() == 40).all()


def test_without_a_gamma_to_choose_extrapolation_is_its_own_gate(pair, monkeypatch):
    monkeypatch.setattr(any_pair, "GAMMAS", (0.0,))
    monkeypatch.setattr(any_pair, "GATES", (0.1,))
    table = extrapolated(pair, TASK, 0.7, n=12, calibration=20).set_index("family").drop(columns="problem_id")
    assert table.loc["selective"].reset_index(drop=True).equals(table.loc["gamma 0"].reset_index(drop=True))


def test_cold_rl_is_rl_alone_at_the_best_sampling(pair, monkeypatch):
    only = Sampling(0.5, 0.7)
    monkeypatch.setattr(any_pair, "COLDER", (only,))
    table = cold(pair, TASK, n=12, calibration=5).drop(columns="family")
    assert table.equals(answers(pair, TASK, Intervention(EVERYWHERE), only, n=12, purpose="judged"))


def test_delta_logp_tells_the_sources_apart(pair, monkeypatch):
    monkeypatch.setattr(any_pair, "DRAWS", 20)
    table = separation(pair, TASK, n=40).set_index("family")
    assert table.loc["delta_logp", "value"] > 0.55
    assert (table["low"] <= table["high"]).all() and table.loc["kl_rl_base", "low"] >= 0.5
