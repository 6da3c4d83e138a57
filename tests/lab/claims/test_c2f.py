"""C2f: delta_logp must lead the mirrored gate, mass and the coin at every share that both reach."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import c2f
from rlvr_direction.lab.claims import leads as module
from rlvr_direction.lab.regime import DECIDING

SPEEDS = {"delta_logp": 12.0, "mirrored": 0.5, "mass": 5.0, "coin": 4.0, "abs_delta_logp": 12.0}


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    few = partial(module.leads, draws=60)
    monkeypatch.setattr(module, "leads", few)
    monkeypatch.setattr(c2f, "leads", few)


@pytest.mark.parametrize(("mass", "wanted"), [(4.0, "reproduced"), (12.0, "not reproduced"), (25.0, "not reproduced")])
def test_one_rival_that_does_as_well_refutes_it(gates_table, mass, wanted):
    (row,) = c2f.judge({"gates": {"a task": gates_table(SPEEDS | {"mass": mass})}})
    assert row.verdict == wanted and row.note == ""
    assert "over the position-level mass at" in row.text or mass == 4


def test_the_text_says_which_shares_a_gate_does_not_reach(gates_table):
    (row,) = c2f.judge({"gates": {"a task": gates_table(SPEEDS, changed={"mirrored": 0.15})}})
    assert row.verdict == "reproduced" and row.note.endswith(": the mirrored gate at 8 and 12 %.")


def test_the_magnitude_stands_beside_with_the_share_on_which_the_gates_differ(gates_table):
    recorded = {"gates": {"a task": gates_table(SPEEDS)}}
    assert c2f.beside(recorded)["differ"].isna().all()
    counts = {"cell": str(DECIDING), "family": "delta_logp", "budget": [0.02, 0.4], "n_tokens": 100}
    promoted = pd.DataFrame({**counts, "n_changed": [2, 22], "n_differ": [1, 11]})
    table = c2f.beside(recorded | {"promoted": {"a task": promoted}})
    assert np.allclose(table["at"], [0.02, 0.05, 0.08, 0.12]) and np.allclose(table["differ"], table["at"] / 2)
    assert (table["low"] <= 0).all() and (table["high"] >= 0).all()
