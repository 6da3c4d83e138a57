"""C2g: a gate that reads one model must do worse."""

from functools import partial

import pytest

from rlvr_direction.lab.claims import c2g
from rlvr_direction.lab.claims import leads as module

SPEEDS = {"delta_logp": 12.0, "logp_rl": 5.0, "logp_base": 2.0, "gap_to_rl_argmax": 5.0}


@pytest.mark.parametrize(("logp_rl", "wanted"), [(5.0, "reproduced"), (12.0, "not reproduced")])
def test_a_gate_that_reads_rl_alone_and_does_as_well_refutes_it(monkeypatch, gates_table, logp_rl, wanted):
    monkeypatch.setattr(module, "leads", partial(module.leads, draws=60))
    (row,) = c2g.judge({"gates": {"a task": gates_table(SPEEDS | {"logp_rl": logp_rl})}})
    assert row.verdict == wanted and ("over RL's log-probability" in row.text or logp_rl == 5)
