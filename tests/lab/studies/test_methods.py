"""One run of a method of training: what it leaves, and that it is the same twice."""

import pandas as pd
import pytest

from rlvr_direction.lab.studies import methods
from rlvr_direction.lab.studies.methods import train_once


@pytest.fixture(scope="module")
def dapo():
    """Two rollouts of plain DAPO; further runs in these tests are as short."""
    sizes = {"ROLLOUTS": 2, "PROMPTS": 4, "EVALUATE_EVERY": 1, "PASS_PROBLEMS": 5, "KS": (1, 2, 4)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sizes.items():
            patch.setattr(methods, name, value)
        yield train_once("pointer_tree", "DAPO", 3, 1e-4, 12)


def test_a_run_leaves_one_row_per_rollout(dapo):
    table = dapo
    assert table["rollout"].tolist() == [0, 1, 2] and table["method"].eq("DAPO").all()
    assert table["accuracy"].between(0, 1).all() and (table["accuracy"] * 12 % 1 < 1e-9).all()
    assert table["weight_mean"].isna().tolist() == [True, False, False]
    last = table.iloc[-1]
    assert last["pass@1"] <= last["pass@2"] <= last["pass@4"] and table["pass@1"].isna().tolist() == [True, True, False]


def test_a_run_is_the_same_twice_and_methods_differ_by_their_weights_alone(dapo):
    again, other = (train_once("pointer_tree", name, 3, 1e-4, 12) for name in ("DAPO", "paper"))
    pd.testing.assert_frame_equal(dapo, again)
    assert dapo["reward"][1] == other["reward"][1] and dapo["weight_mean"][1] == 1 < other["weight_mean"][1]
