"""C3b: an excess at every bound and at both stages, and a row beside the verdict."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import c3b
from rlvr_direction.lab.claims.gradient import BOUNDS


def study(start, end, *, seeds=5, within=0.0):
    """Sums by problem whose mass below each bound exceeds what is forced, .3, by `start` and by `end` (by RL seed)."""
    rng, rows = np.random.default_rng(0), []
    stages = [("start of RL", 0, start)]
    stages += [("finished stage", seed, np.broadcast_to(end, seeds)[seed]) for seed in range(seeds)]
    for stage, rl_seed, gain in stages:
        held = rng.normal(0.3 + gain, 0.05, 400)
        table = pd.DataFrame({"problem_id": range(400), "mass": 1.0, "forced": 1.0, "forced_within": 1.0})
        for bound in BOUNDS:
            table = table.assign(
                **{f"mass_{bound}": held, f"forced_{bound}": 0.3, f"forced_within_{bound}": 0.3 + within}
            )
        rows.append(table.assign(stage=stage, rl_seed=rl_seed))
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (0.2, 0.1, "reproduced"),
        (0.2, -0.1, "not reproduced"),
        (-0.1, 0.2, "not reproduced"),
        (0.0, 0.2, "inconclusive"),
        (0.2, [0.4, 0.4, 0.4, -0.1, -0.1], "inconclusive"),
    ],
)
def test_both_stages_need_an_excess_on_four_seeds(start, end, wanted):
    row, _ = c3b.judge({"gradients": {"a task": study(start, end)}})
    assert row.verdict == wanted and row.deciding
    assert row.value == pytest.approx(min(start, np.mean(end)), abs=0.01)


def test_the_row_beside_the_verdict_keeps_each_responses_advantage_and_decides_nothing():
    verdict, beside = c3b.judge({"gradients": {"a task": study(0.2, 0.1, within=0.3)}})
    assert (verdict.verdict, beside.verdict) == ("reproduced", "not reproduced")
    assert verdict.cell is None and beside.cell == c3b.WITHIN and not beside.deciding
