"""C5a: a gain in area that excludes zero and is not shown to be below a point."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import c5a
from rlvr_direction.lab.claims.reweighting import at_the_end


def runs(gain):
    noise = np.random.default_rng(0).normal(scale=0.002, size=(2, 30))
    rows = [
        (method, seed, rollout, accuracy + gain * i + noise[i, seed])
        for i, method in enumerate(("DAPO", "paper"))
        for seed in range(30)
        for rollout, accuracy in ((0, 0.2), (60, 0.8))
    ]
    return pd.DataFrame(rows, columns=["method", "seed", "rollout", "accuracy"])


@pytest.mark.parametrize(
    ("gain", "wanted"), [(0.02, "reproduced"), (0.004, "not reproduced"), (-0.02, "not reproduced")]
)
def test_a_gain_must_matter(gain, wanted):
    (row,) = c5a.judge({"weightings": {"arithmetic": runs(gain)}})
    assert row.verdict == wanted and row.value == pytest.approx(gain, abs=0.003)


def test_another_measure_and_fewer_seeds_can_be_asked_for():
    late = runs(0.02)
    late.loc[late["rollout"] == 0, "accuracy"] = 0.2  # what is gained, is gained at the end
    study = {"weightings": {"arithmetic": late}}
    by_area, at_last, of_five = c5a.judge(study), c5a.judge(study, measure=at_the_end), c5a.judge(study, seeds=5)
    assert at_last[0].value == pytest.approx(2 * by_area[0].value) and of_five[0].low < by_area[0].low


def test_a_brief_look_gives_no_verdict():
    judged = c5a.judge({"weightings": {"arithmetic": runs(0.02), "worded": runs(0.02)}})
    assert [(row.task, row.deciding) for row in judged] == [("arithmetic", True), ("worded", False)]
