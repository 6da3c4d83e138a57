"""C2f: delta_logp must lead each of six rivals by a gain that matters."""

from functools import partial

import pytest

from rlvr_direction.lab.first import c2f
from rlvr_direction.lab.first.replacement import RIVALS


@pytest.mark.parametrize(("rival", "wanted"), [(4.0, "reproduced"), (12.0, "not reproduced"), (20.0, "not reproduced")])
def test_one_rival_that_does_as_well_refutes_it(monkeypatch, replacement_table, rival, wanted):
    monkeypatch.setattr(c2f, "sign_does_it", partial(c2f.sign_does_it, draws=100))
    speeds = {"delta_logp": 12.0, **dict.fromkeys(RIVALS, 4.0), "logp_rl": rival}
    (row,) = c2f.judge({"replacement": {"a task": replacement_table(speeds)}})
    assert row.verdict == wanted
    assert row.text.endswith("over logp_rl") or rival == 4.0
