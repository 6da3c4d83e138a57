"""C2h: replacement must beat RL at RL's best sampling."""

from functools import partial

import pytest

from rlvr_direction.lab.claims import c2h


@pytest.mark.parametrize(("cold", "wanted"), [(0.6, "reproduced"), (0.9, "not reproduced")])
def test_a_cold_rl_that_is_better_refutes_it(monkeypatch, gates_table, cold, wanted):
    monkeypatch.setattr(c2h, "best_minus_cold", partial(c2h.best_minus_cold, draws=60))
    (row,) = c2h.judge({"gates": {"a task": gates_table({"delta_logp": 30.0}, cold=cold)}})
    assert row.verdict == wanted and row.value == pytest.approx(0.8 - cold, abs=0.06)
