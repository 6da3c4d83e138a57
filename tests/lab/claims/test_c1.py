"""C1: both units must lead, on at least four RL seeds in the deciding cell."""

import pandas as pd
import pytest

from rlvr_direction.lab.claims import c1
from rlvr_direction.lab.claims.direction import POOLED
from rlvr_direction.lab.regime import CELLS, DECIDING

LEVELS = ("response", "token")


def study(lead, seeds, *, cell=DECIDING, level=LEVELS[-1]):
    """A recorded cell with this pooled lead and those of RL seeds at one level, and a lead of .2 at every other."""
    of = [(name, k, x if name == level else 0.2) for name in LEVELS for k, x in ((POOLED, lead), *enumerate(seeds))]
    table = pd.DataFrame(of, columns=["level", "rl_seed", "value"]).assign(score="lead C1", cell=str(cell))
    table = table.assign(low=table["value"] - 0.02, high=table["value"] + 0.02)
    return pd.concat([table, table.assign(score="delta_logp", value=0.9)])


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
def test_the_lead_needs_its_interval_above_zero_and_four_seeds(lead, seeds, wanted, level):
    (row,) = c1.judge({"separation": {"a task": study(lead, seeds, level=level)}})
    assert (row.verdict, row.value, row.deciding) == (wanted, lead, True) and f"per {level}" in row.text


def test_other_cells_rest_on_one_seed_and_decide_nothing():
    other = study(0.05, [0.05], cell=CELLS[3])
    other = other[other["rl_seed"] == 0]
    (row,) = c1.judge({"separation": {"a task": other}})
    assert (row.cell, row.verdict, row.deciding) == (str(CELLS[3]), "reproduced", False)
