"""C1: both units must lead, each on at least four RL seeds."""

import pandas as pd
import pytest

from rlvr_direction.lab.claims import c1

YES, NO, OPEN = "reproduced", "not reproduced", "inconclusive"


def leads(response, token):
    """A recorded study with these leads by RL seed, each with an interval of .02 on either side."""
    both = [(level, k, x) for level, leads in (("response", response), ("token", token)) for k, x in enumerate(leads)]
    rows = [(level, k, "lead", x, x - 0.02, x + 0.02) for level, k, x in both]
    table = pd.DataFrame(rows, columns=["level", "rl_seed", "score", "auroc", "low", "high"])
    return pd.concat([table, table.assign(score="delta_logp", auroc=0.9)])


@pytest.mark.parametrize(
    ("response", "token", "wanted", "value"),
    [
        ([0.1] * 5, [0.05] * 5, YES, 0.05),
        ([0.1] * 5, [-0.05] * 5, NO, -0.05),
        ([0.1] * 5, [0.05, -0.05, -0.05, -0.05, -0.05], OPEN, 0.05),
        ([0.01] * 5, [0.05] * 5, OPEN, 0.01),
        ([0.1] * 5, [-0.05, 0.05, 0.05, -0.05, -0.05], OPEN, -0.05),
    ],
)
def test_both_units_must_lead_on_four_seeds_and_the_smaller_lead_is_shown(response, token, wanted, value):
    (row,) = c1.judge({"direction": {"a task": leads(response, token)}})
    assert (row.task, row.verdict, row.value) == ("a task", wanted, value)
    assert ("per token" in row.text) == (value == token[0])
