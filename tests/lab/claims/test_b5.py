"""B5: the base's entropy must find positions better than chance, KL and delta_logp; promoted tokens stand beside."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import b5
from rlvr_direction.lab.regime import DECIDING

SPEEDS = {"entropy_base": 30.0, "random": 1.0, "kl_rl_base": 5.0, "delta_logp": 5.0}


@pytest.mark.parametrize(("delta", "wanted"), [(5.0, "reproduced"), (60.0, "not reproduced")])
def test_a_gate_that_finds_more_at_the_same_share_refutes_it(monkeypatch, gates_table, delta, wanted):
    monkeypatch.setattr(b5, "_against", partial(b5._against, draws=60))
    recorded = {"gates": {"a task": gates_table(SPEEDS | {"delta_logp": delta})}}
    (row,) = b5.judge(recorded)
    assert row.verdict == wanted and ("over delta_logp" in row.text or delta == 5)
    below = b5.below(recorded).set_index("row")["verdict"]
    assert below["entropy_base leads random"] == "reproduced" and below["entropy_base leads delta_logp"] == wanted


def test_promoted_tokens_are_counted_among_those_changed():
    changed = np.tile([0, 1, 3], 40)
    rows = {"problem_id": np.arange(120), "n_changed": changed, "n_top_1": changed // 3, "n_top_5": changed}
    labels = {"cell": str(DECIDING), "family": "entropy_base", "budget": 0.02, "rl_seed": 0}
    table = b5.promoted({"promoted": {"a task": pd.DataFrame(rows).assign(**labels)}}, draws=50).set_index("k")
    assert table.loc[1, "share"] == 0.25 and table.loc[1, "low"] < 0.25 < table.loc[1, "high"]
    assert table.loc[5, ["share", "low", "high"]].tolist() == [1, 1, 1]
    few = b5.promoted({"promoted": {"a task": pd.DataFrame(rows).assign(n_changed=0, **labels)}}, draws=50)
    assert few["share"].isna().all()
