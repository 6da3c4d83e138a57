"""One run of a method of training: what it leaves, and that it is the same twice."""

from types import MappingProxyType

import pandas as pd
import pytest

from rlvr_direction.lab.studies import methods
from rlvr_direction.lab.studies.methods import SIZES, Size, train_once

TINY = Size(2, prompts=4, evaluate_every=1, most_problems=12, pass_problems=5, ks=(1, 2, 4))


@pytest.fixture(scope="module")
def dapo():
    """Two rollouts of plain DAPO; further runs in these tests are as short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(methods, "SIZES", MappingProxyType({"pointer_tree": TINY}))
        yield train_once("pointer_tree", "DAPO", 3, 1e-4, 12, "tuning")


def test_a_run_leaves_one_row_per_rollout(dapo):
    table = dapo
    assert table["rollout"].tolist() == [0, 1, 2] and table["method"].eq("DAPO").all()
    assert table["accuracy"].between(0, 1).all() and (table["accuracy"] * 12 % 1 < 1e-9).all()
    assert table["weight_mean"].isna().tolist() == [True, False, False]
    last = table.iloc[-1]
    assert last["pass@1"] <= last["pass@2"] <= last["pass@4"] and table["pass@1"].isna().tolist() == [True, True, False]


def test_a_run_is_the_same_twice_and_no_larger_than_its_size_says(dapo):
    pd.testing.assert_frame_equal(dapo, train_once("pointer_tree", "DAPO", 3, 1e-4, 50, "tuning"))


def test_methods_differ_by_their_weights_alone(dapo):
    other = train_once("pointer_tree", "paper", 3, 1e-4, 12, "tuning")
    assert dapo["reward"][1] == other["reward"][1] and dapo["weight_mean"][1] == 1 < other["weight_mean"][1]


def test_the_small_tasks_run_as_registered_and_the_look_is_shorter():
    assert "arithmetic" not in SIZES and Size() == Size(60, 16, 8, 10, None, 200, (1, 2, 4, 8, 16, 32), True)
    look = SIZES["worded"]
    assert look.rollouts < 20 and look.rollouts % look.evaluate_every == 0 and not look.dynamic_sampling
