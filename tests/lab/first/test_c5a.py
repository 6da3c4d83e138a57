"""C5a: a gain in area that excludes zero and is not shown to be below a point."""

import pytest

from rlvr_direction.lab.first import c5a

SMALL = (0.004, "not reproduced")


@pytest.mark.parametrize(("gain", "wanted"), [(0.02, "reproduced"), SMALL, (-0.02, "not reproduced")])
def test_a_gain_must_matter(training_table, gain, wanted):
    (row,) = c5a.judge({"reweighting": {"a task": training_table(**{"paper": gain})}})
    assert row.verdict == wanted and row.value == pytest.approx(gain, abs=0.003)
