"""C5c: a gain on both rivals."""

import pytest

from rlvr_direction.lab.first import c5c


@pytest.mark.parametrize(("ppl", "wanted"), [(0.0, "reproduced"), (0.03, "not reproduced"), (0.05, "not reproduced")])
def test_one_rival_that_does_as_well_refutes_it(training_table, ppl, wanted):
    (row,) = c5c.judge({"reweighting": {"a task": training_table(paper=0.03, Dominate=0.001, PPL=ppl)}})
    assert row.verdict == wanted and ("minus PPL" in row.text or ppl == 0.0)
