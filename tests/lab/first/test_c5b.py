"""C5b: at most two points may be lost."""

import pytest

from rlvr_direction.lab.first import c5b


@pytest.mark.parametrize(("gain", "wanted"), [(0.0, "reproduced"), (-0.01, "reproduced"), (-0.03, "not reproduced")])
def test_a_loss_of_less_than_two_points_is_allowed(training_table, gain, wanted):
    (row,) = c5b.judge({"reweighting": {"a task": training_table(**{"paper": gain})}})
    assert row.verdict == wanted and row.value == pytest.approx(gain, abs=0.003)
