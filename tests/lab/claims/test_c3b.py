"""C3b: more than half of the gradient at both stages, on the first RL seed."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import c3b


def study(start, end):
    rng = np.random.default_rng(0)
    rows = []
    for stage, share in {"start of RL": start, "end of RL": end}.items():
        rare = np.clip(rng.normal(share, 0.05, 400), 0, 1)
        rows.append(pd.DataFrame({"problem_id": range(400), "rare": rare, "mass": 1.0, "stage": stage, "rl_seed": 0}))
    other = rows[0].assign(rare=0.0, rl_seed=1)
    return pd.concat([*rows, other], ignore_index=True)


@pytest.mark.parametrize(
    ("start", "end", "wanted"), [(0.7, 0.6, "reproduced"), (0.7, 0.4, "not reproduced"), (0.5, 0.7, "inconclusive")]
)
def test_both_stages_must_lie_above_one_half(start, end, wanted):
    (row,) = c3b.judge({"gradient": {"a task": study(start, end)}})
    assert row.verdict == wanted and row.value == pytest.approx(min(start, end), abs=0.01)
    assert ("at the start of RL" if start < end else "at the end of RL") in row.text
