"""Finalists: what was chosen before, on more samples of every problem."""

import pandas as pd
import pytest

from rlvr_direction.lab.claims import c2h, c4b
from rlvr_direction.lab.claims import recorded as recorded_studies
from rlvr_direction.lab.claims.replacement import best_budgets
from rlvr_direction.lab.regime import DECIDING
from rlvr_direction.lab.studies import earlier, finalists

TASK = "pointer_tree"


def arms(parts):
    return [part.args[1] for part in parts]


def test_the_best_gate_of_every_seed_meets_cold_rl():
    table = recorded_studies("gates")["gates"][TASK]
    best = best_budgets(table[table["cell"] == str(DECIDING)])
    found = arms(finalists.plan_gates(TASK, seeds=5, n=2000))
    assert [(arm.rl_seed, arm.family) for arm in found] == [(s, f) for s in range(5) for f in ("cold rl", "delta_logp")]
    assert all(arm.samples == 4 and arm.cell == str(DECIDING) for arm in found)
    assert [arm.budget for arm in found if arm.family == "delta_logp"] == best.tolist()


def test_the_chosen_tilt_meets_its_rivals():
    found = arms(finalists.plan_tilts(TASK, seeds=2, n=2000))
    assert {(arm.rl_seed, arm.family) for arm in found} == {(s, f) for s in (0, 1) for f in finalists.COMPARED}
    chosen, same = (next(arm for arm in found if arm.family == family) for family in ("chosen", "gamma 0"))
    assert chosen.where == same.where and same.gamma == 0


def test_finalists_answer_every_problem_several_times_and_are_judged():
    rows = pd.concat([part() for part in finalists.plan_gates(TASK, seeds=5, n=10)], ignore_index=True)
    assert (rows["samples"] == 4).all() and set(rows["problem_id"]) == set(range(10))
    gates = recorded_studies("gates")["gates"][TASK]
    few = {"gates": {TASK: gates[(gates["problem_id"] < 10) | (gates["purpose"] == "calibration")]}}
    deciding, *_ = c2h.judge({**few, "gate_finalists": {TASK: rows}})
    sums = rows.groupby("family")["correct"].sum() / rows.groupby("family")["samples"].sum()
    assert deciding.deciding and deciding.value == pytest.approx(sums["delta_logp"] - sums["cold rl"])
    assert {"gate_finalists"} == {*c2h.CLAIM.also} and {"tilt_finalists"} == {*c4b.CLAIM.also}


def test_without_the_study_that_chooses_it_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(earlier, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match="choose the arms first, `rlvr-direction study tilts --task"):
        finalists.plan_tilts(TASK, seeds=1, n=5)
