"""C4c: as C4b, with a gain over RL as well."""

import pytest

from rlvr_direction.lab.first import c4c


@pytest.mark.parametrize(
    ("on_gate", "on_rl", "seeds", "wanted"),
    [
        (0.05, 0.05, [0.02, 0.03, 0.01, -0.01], "reproduced"),
        (0.0, 0.05, [0.0, 0.002, -0.001, 0.02], "not reproduced"),
        (0.05, 0.0, [0.0, 0.002, -0.001, 0.02], "not reproduced"),
        (0.05, 0.0, [0.02, 0.03, 0.005, 0.002], "inconclusive"),
    ],
)
def test_both_gains_must_matter_and_repeat(extrapolation_table, on_gate, on_rl, seeds, wanted):
    (row,) = c4c.judge({"extrapolation": {"a task": extrapolation_table(on_gate, on_rl, seeds)}})
    assert row.verdict == wanted
    assert row.value == pytest.approx(min(on_gate, on_rl)) and "with gamma 0.3 where delta_logp<=-0.3" in row.text
