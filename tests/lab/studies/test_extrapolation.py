"""The extrapolation study: maps of every stage, a choice made on other problems, and the contrasts that decide."""

import pandas as pd
import pytest

from rlvr_direction.lab.studies import arms, extrapolation
from rlvr_direction.lab.studies.extrapolation import GAMMAS, GATES, choose, plan


@pytest.fixture
def few(monkeypatch):
    """Ten calibration problems, and a small map."""
    monkeypatch.setattr(arms, "CALIBRATION", 10)
    monkeypatch.setattr(extrapolation, "GAMMAS", (0.0, 0.3))
    monkeypatch.setattr(extrapolation, "GATES", ("delta_logp<=-0.3", "everywhere"))


def grid(**right):
    rows = [(gate, gamma, right.get(f"{i}{j}", 0)) for i, gate in enumerate(GATES) for j, gamma in enumerate(GAMMAS)]
    return pd.DataFrame(rows, columns=["where", "gamma", "correct"])


def test_the_choice_is_the_best_gamma_above_zero_of_a_gate_that_is_not_always_open():
    assert choose(grid(**{"00": 99, "12": 7, "21": 5, "31": 9})) == (GATES[1], GAMMAS[2])


def test_the_deciding_part_holds_the_calibration_and_the_contrasts(few):
    parts = plan("pointer_tree", seeds=2, n=12)
    decide = next(part for part in parts if part.func is extrapolation._decide)
    table = decide()
    calibration = table[table["part"] == "decide: calibration"]
    assert calibration["problem_id"].nunique() == 10 and len(calibration) == 4 * 10
    judged = table[table["part"] == "decide"]
    assert set(judged["family"]) == {"chosen", "gamma 0", "rl", "global"} and (judged["samples"] == 4).all()
    chosen = judged[judged["family"] == "chosen"].iloc[0]
    assert (chosen["where"], chosen["gamma"]) == choose(calibration)
    same = judged[judged["family"] == "gamma 0"].iloc[0]
    assert same["where"] == chosen["where"] and same["gamma"] == 0


def test_maps_cover_every_stage_and_rls_own_samples_are_there():
    parts = plan("pointer_tree", seeds=5, n=2000)
    arms_ = [part.args[1] for part in parts if part.func is arms.run_arm]
    cells = {(arm.stage, arm.where, arm.gamma) for arm in arms_ if arm.part == "map"}
    assert len(cells) == 4 * len(GATES) * len(GAMMAS)
    assert {arm.propose for arm in arms_ if arm.part == "own samples"} == {"rl"}
    decided = [part.args[1:3] for part in parts if part.func is extrapolation._decide]
    assert [name for name, _ in decided] == ["decide"] * 4 + ["seeds"] * 4 + ["top_p"]
