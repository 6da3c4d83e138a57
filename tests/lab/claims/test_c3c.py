"""C3c: a loss that excludes zero."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import c3c
from rlvr_direction.lab.claims.reweighting import areas


def runs(gain, methods=("DAPO", "top-p 0.9")):
    noise = np.random.default_rng(0).normal(scale=0.002, size=(2, 10))
    rows = [
        (method, seed, rollout, accuracy + gain * i + noise[i, seed])
        for i, method in enumerate(methods)
        for seed in range(10)
        for rollout, accuracy in ((0, 0.2), (60, 0.8))
    ]
    return pd.DataFrame(rows, columns=["method", "seed", "rollout", "accuracy"])


@pytest.mark.parametrize(("gain", "wanted"), [(-0.02, "reproduced"), (0.02, "not reproduced"), (0.0, "inconclusive")])
def test_training_without_rare_tokens_must_end_lower(gain, wanted):
    (row,) = c3c.judge({"weightings": {"arithmetic": runs(gain)}})
    assert row.verdict == wanted and row.value == pytest.approx(gain, abs=0.003) and row.deciding


def test_a_task_without_filtered_rollouts_has_no_row():
    assert c3c.judge({"weightings": {"worded": runs(0.0, methods=("DAPO", "paper"))}}) == []


def test_another_measure_and_fewer_seeds_can_be_asked_for():
    study = {"weightings": {"arithmetic": runs(-0.02)}}
    usual, by_area, of_five = c3c.judge(study), c3c.judge(study, measure=areas), c3c.judge(study, seeds=5)
    assert by_area[0].value == pytest.approx(usual[0].value) and of_five[0].value != usual[0].value
