"""One run of a method of training: what it leaves, and that it is the same twice."""

import pandas as pd
import pytest

from rlvr_direction.lab.studies import methods
from rlvr_direction.lab.studies.methods import train_once


@pytest.fixture
def tiny(monkeypatch):
    for name, value in {"ROLLOUTS": 2, "PROMPTS": 4, "EVALUATE_EVERY": 1, "PASS_PROBLEMS": 5, "KS": (1, 2, 4)}.items():
        monkeypatch.setattr(methods, name, value)


def test_a_run_leaves_a_row_a_rollout(tiny):
    table = train_once("pointer_tree", "PPL", 0, 1e-4, 12)
    assert table["rollout"].tolist() == [0, 1, 2] and table["method"].eq("PPL").all()
    assert table["accuracy"].between(0, 1).all() and (table["accuracy"] * 12 % 1 < 1e-9).all()
    assert table["weight_mean"].isna().tolist() == [True, False, False]
    last = table.iloc[-1]
    assert last["pass@1"] <= last["pass@2"] <= last["pass@4"] and table["pass@1"].isna().tolist() == [True, True, False]


def test_a_run_is_the_same_twice_and_methods_differ_by_their_weights_alone(tiny):
    one, again, other = (train_once("pointer_tree", name, 3, 1e-4, 12) for name in ("DAPO", "DAPO", "paper"))
    pd.testing.assert_frame_equal(one, again)
    assert one["reward"][1] == other["reward"][1] and one["weight_mean"][1] == 1 < other["weight_mean"][1]
