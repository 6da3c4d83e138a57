"""Leads: the difference of two known curves at equal shares of tokens, and only where both gates reach them."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.leads import leads, left_out


def test_a_lead_is_the_difference_at_an_equal_share_changed(gates_table):
    table = gates_table({"delta_logp": 12.0, "mass": 12.0}, changed={"mass": 0.45}, seeds=1, n=4000)
    found = leads(table, ("mass",), draws=30)
    budgets = np.array([0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4])
    curve = 0.2 + 0.6 * (1 - np.exp(-12 * budgets))
    for share, name in ((0.02, "mass at 2%"), (0.12, "mass at 12%")):
        truth = np.interp(share, 0.9 * budgets, curve) - np.interp(share, 0.45 * budgets, curve)
        assert found[name].interval.value == pytest.approx(truth, abs=0.02)
        assert found[name].interval.high < 0  # mass changes half as many of the tokens it selects


def test_a_share_that_a_gate_does_not_reach_with_some_seed_is_left_out(gates_table):
    table = gates_table({"delta_logp": 12.0, "mirrored": 1.0}, changed={"mirrored": 0.15}, seeds=2)
    assert list(leads(table, ("mirrored",), draws=5)) == ["mirrored at 2%", "mirrored at 5%"]
    assert left_out(table, ("mirrored",)) == ["the mirrored gate at 8 and 12 %"]
    slow = (table["rl_seed"] == 1) & (table["family"] == "mirrored")
    table.loc[slow, "n_changed"] = (table["n_changed"] * 0.5).round()
    assert list(leads(table, ("mirrored",), draws=5)) == ["mirrored at 2%"]


def test_a_budget_at_which_ties_select_every_token_is_no_point_of_a_curve(gates_table):
    table = gates_table({"delta_logp": 12.0, "mass": 5.0}, seeds=1)
    tied = (table["family"] == "mass") & (table["budget"] >= 0.1)
    table.loc[tied, ["n_selected", "n_changed"]] = 1000, 300
    assert left_out(table, ("mass",)) == ["the position-level mass at 5, 8 and 12 %"]
    table.loc[table["family"] == "mass", "n_selected"] = 1000
    with pytest.raises(ValueError, match="is reached by delta_logp and one of mass"):
        leads(table, ("mass",))


def test_a_family_without_arms_is_refused(gates_table):
    table = gates_table({"delta_logp": 12.0}, seeds=1)
    with pytest.raises(ValueError, match="no judged arms of mass; the table has nowhere"):
        leads(table, ("mass",))


def test_rows_that_are_not_judged_are_never_read(gates_table):
    table = gates_table({"delta_logp": 12.0, "mass": 4.0}, seeds=1)
    more = pd.concat([table, table[table["family"] == "mass"].assign(purpose="calibration", correct=1)])
    assert leads(more, ("mass",), draws=5) == leads(table, ("mass",), draws=5)
