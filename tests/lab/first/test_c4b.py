"""C4b: a gain over gamma 0 under the same gate, after Holm's correction, repeated by the seeds."""

import pytest

from rlvr_direction.lab.first import c4b


@pytest.mark.parametrize(
    ("on_gate", "on_rl", "seeds", "wanted"),
    [
        (0.05, 0.05, [0.02, 0.03, 0.01, -0.01], "reproduced"),
        (0.05, 0.05, [-0.02, -0.03, 0.01, 0.02], "inconclusive"),
        (0.0, 0.05, [0.0, 0.002, -0.001, 0.02], "not reproduced"),
        (0.0, 0.05, [0.02, 0.02, 0.02, 0.02], "inconclusive"),
        (0.05, 0.0, [0.02, 0.03, 0.005, 0.002], "reproduced"),
    ],
)
def test_the_gain_must_matter_and_repeat(extrapolation_table, on_gate, on_rl, seeds, wanted):
    (row,) = c4b.judge({"extrapolation": {"a task": extrapolation_table(on_gate, on_rl, seeds)}})
    assert row.verdict == wanted
    assert row.value == pytest.approx(on_gate) and "with gamma 0.3 where delta_logp<=-0.3" in row.text
