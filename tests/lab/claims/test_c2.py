"""C2: delta_logp needs fewer than each rival; the parts and the full order are rows of their own."""

from functools import partial

import pytest

from rlvr_direction.lab.claims import c2

SPEEDS = {"delta_logp": 40.0, "kl_rl_base": 12.0, "entropy_base": 5.0, "random": 1.5}


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(c2, "log_ratios", partial(c2.log_ratios, draws=60))


@pytest.mark.parametrize(("kl", "wanted"), [(12.0, "reproduced"), (40.0, "inconclusive"), (120.0, "not reproduced")])
def test_one_rival_that_needs_no_more_refutes_it(gates_table, kl, wanted):
    (row,) = c2.judge({"gates": {"a task": gates_table(SPEEDS | {"kl_rl_base": kl})}})
    assert row.verdict == wanted and row.deciding
    assert "against KL" in row.text or kl == 12


def test_seeds_that_say_otherwise_leave_it_open(gates_table):
    slow = SPEEDS | {"delta_logp": 10.0}
    (row,) = c2.judge({"gates": {"a task": gates_table(SPEEDS, of_seed={3: slow, 4: slow})}})
    assert row.verdict == "inconclusive"


def test_the_order_of_rivals_is_a_row_below_and_decides_nothing(gates_table):
    recorded = {"gates": {"a task": gates_table(SPEEDS | {"entropy_base": 1.5, "random": 5.0})}}
    (row,) = c2.judge(recorded)
    below = c2.below(recorded).set_index("row")["verdict"]
    assert row.verdict == "reproduced" and below["the full order"] == "not reproduced"
    assert (below.drop("the full order") == "reproduced").all() and len(below) == 4
