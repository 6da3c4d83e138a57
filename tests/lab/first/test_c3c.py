"""C3c: a loss that excludes zero."""

import pytest

from rlvr_direction.lab.first import c3c


@pytest.mark.parametrize(("gain", "wanted"), [(-0.02, "reproduced"), (0.02, "not reproduced"), (0.0, "inconclusive")])
def test_training_without_rare_tokens_must_end_lower(training_table, gain, wanted):
    (row,) = c3c.judge({"reweighting": {"a task": training_table(**{"top-p 0.9": gain})}})
    assert row.verdict == wanted and row.value == pytest.approx(gain, abs=0.003)
