"""C1: both units must lead, on at least four RL seeds in the deciding cell."""

import pytest

from rlvr_direction.lab.claims import c1
from rlvr_direction.lab.regime import CELLS

LEVELS = ("response", "token")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("lead", "seeds", "wanted"),
    [
        (0.05, [0.05] * 5, "reproduced"),
        (-0.05, [-0.05] * 5, "not reproduced"),
        (0.05, [0.05, 0.05, 0.05, -0.05, -0.05], "inconclusive"),
        (0.01, [0.05] * 5, "inconclusive"),
    ],
)
def test_the_lead_needs_its_interval_above_zero_and_four_seeds(lead, seeds, wanted, level, separation_table):
    (row,) = c1.judge({"separation": {"a task": separation_table("C1", LEVELS, lead, seeds, level=level)}})
    assert (row.verdict, row.value, row.deciding) == (wanted, lead, True) and f"per {level}" in row.text


def test_other_cells_rest_on_one_seed_and_decide_nothing(separation_table):
    other = separation_table("C1", LEVELS, 0.05, [0.05], cell=CELLS[3])
    other = other[other["rl_seed"] == 0]
    (row,) = c1.judge({"separation": {"a task": other}})
    assert (row.cell, row.verdict, row.deciding) == (str(CELLS[3]), "reproduced", False)
