"""The study of extrapolation: chosen on calibration problems, judged on others, and maps beside it."""

from functools import partial

import pandas as pd
import pytest

from rlvr_direction.distributions import Sampling
from rlvr_direction.lab.claims import c4b, c4c, c4h
from rlvr_direction.lab.claims.extrapolation import choices, map_of
from rlvr_direction.lab.regime import CELLS, DECIDING
from rlvr_direction.lab.studies import arms, tilts
from rlvr_direction.lab.studies.arms import Arm
from rlvr_direction.lab.studies.tilts import GAMMAS, GATES, SAMPLINGS, best_gamma, plan

TASK = "pointer_tree"


@pytest.fixture
def few(monkeypatch):
    """Six calibration problems and two gammas under one gate; RL at two temperatures."""
    monkeypatch.setattr(tilts, "CALIBRATED", {TASK: 6})
    monkeypatch.setattr(tilts, "GAMMAS", (0.0, 1.0))
    monkeypatch.setattr(tilts, "GATES", ("delta_logp<=-0.3",))
    monkeypatch.setattr(tilts, "OWN_GATES", ("delta_logp<=0.3",))
    monkeypatch.setattr(tilts, "OWN_GAMMAS", (0.0, 1.0))
    monkeypatch.setattr(arms, "COLDER", (Sampling(0.0), Sampling(1.0)))
    monkeypatch.setattr(tilts, "cold_rl", partial(_cold, 6))


def _cold(n, task, cell, seed):
    alone = Arm.of(task, cell, seed, "cold rl", "everywhere", temperature=0.0)
    return arms.choose(task, [alone], n=n)


def test_a_contrast_is_chosen_on_calibration_and_judged_on_other_problems(few):
    table = tilts._contrast(TASK, DECIDING, 0, 12)
    tried = table[table["purpose"] == "calibration"]
    assert (tried["samples"] == 6).all() and (tried["problem_id"] == -1).all() and len(tried) == 2 * 2 + 1
    judged = table[table["purpose"] == "judged"]
    assert set(judged["family"]) == {"chosen", "gamma 0", "rl", "ungated", "cold rl"} and len(judged) == 5 * 12
    chosen, same = (judged[judged["family"] == name].iloc[0] for name in ("chosen", "gamma 0"))
    assert chosen["where"] == same["where"] == "delta_logp<=-0.3" and same["gamma"] == 0
    gated = tried[(tried["family"] == "tried") & (tried["where"] != "everywhere")]
    assert chosen["gamma"] == gated.loc[gated["correct"].idxmax(), "gamma"]
    assert choices(table)["gamma"].tolist() == [chosen["gamma"]]
    for claim in (c4b, c4c, c4h):
        (row,) = claim.judge({"tilts": {TASK: table}})
        assert row.deciding and row.low <= row.value <= row.high


def test_at_temperature_0_a_contrast_is_no_cell_of_the_registration(few):
    table = tilts._contrast(TASK, DECIDING._replace(top_p=1.0), 0, 4, temperature=0.0)
    assert set(table["cell"]) == {"unfinished, T 0"}
    assert (table.loc[table["family"] != "cold rl", "temperature"] == 0).all()


def test_maps_have_every_gamma_under_every_gate(few):
    found = map_of(tilts._map(TASK, "rl_010", Sampling(1.0, 0.7), 8), draws=20)
    assert set(zip(found["where"], found["gamma"], strict=True)) == {
        (where, gamma) for where in ("delta_logp<=-0.3", "everywhere") for gamma in (0.0, 1.0)
    }
    own = tilts._own_samples(TASK, DECIDING, 6)
    assert set(own["propose"]) == {"rl"} and set(own["cell"]) == {"own samples"} and len(own) == 4 * 6


def test_the_best_gamma_is_the_first_of_those_with_the_most_right_answers():
    arms_ = [Arm("c", "rl_010", 0, "tried", "everywhere", gamma=gamma) for gamma in GAMMAS[:3]]
    tried = [(arm, pd.DataFrame({"correct": [n]})) for arm, n in zip(arms_, (3, 5, 5), strict=True)]
    assert best_gamma(tried) is arms_[1]


def test_the_plan_covers_every_cell_and_stage_and_on_worded_only_what_rules_name():
    parts = plan(TASK, seeds=5, n=2000)
    contrasts = [part.args[1:3] for part in parts if part.func is tilts._contrast and not part.keywords]
    assert contrasts == [*((DECIDING, seed) for seed in range(5)), *((cell, 0) for cell in CELLS[1:])]
    maps = [part.args[1:3] for part in parts if part.func is tilts._map]
    assert len(maps) == 4 * len(SAMPLINGS) == len(set(maps)) and len(parts) == 8 + 2 + 12 + 4
    worded = plan("worded", seeds=5, n=2000)
    assert len(worded) == 8 and {part.func for part in worded} == {tilts._contrast} and worded[0].args[3] == 800
    assert GAMMAS == (0, 0.1, 0.3, 1, 2, 4) and "everywhere" not in GATES
