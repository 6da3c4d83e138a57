"""C5b: at most two points may be lost, at the k that tuning problems chose."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import c5b


def runs(methods, passes, seeds=10):
    noise = np.random.default_rng(0).normal(scale=0.002, size=(len(methods), seeds))
    rows = [
        {"method": method, "seed": seed, "rollout": rollout, "accuracy": accuracy, "rate": 1e-4}
        | ({f"pass@{k}": value + gain + noise[i, seed] for k, value in passes.items()} if rollout else {})
        for i, (method, gain) in enumerate(methods.items())
        for seed in range(seeds)
        for rollout, accuracy in ((0, 0.2), (60, 0.8))
    ]
    return pd.DataFrame(rows)


def recorded(gain):
    judged = runs({"DAPO": 0.0, "paper": gain}, {2: 0.6, 4: 0.8, 8: 0.99})
    return {
        "weightings": {"arithmetic": judged},
        "tuning": {"arithmetic": runs({"DAPO": 0.0}, {2: 0.6, 4: 0.85, 8: 1.0})},
    }


@pytest.mark.parametrize(("gain", "wanted"), [(0.0, "reproduced"), (-0.01, "reproduced"), (-0.03, "not reproduced")])
def test_a_loss_of_less_than_two_points_is_allowed(gain, wanted):
    (row,) = c5b.judge(recorded(gain))
    assert row.verdict == wanted and row.value == pytest.approx(gain, abs=0.003)
    assert row.text == "Pass@4, paper minus DAPO" and row.claim.also == ("tuning",)


def test_another_k_and_fewer_seeds_can_be_asked_for():
    (row,), (first,) = c5b.judge(recorded(0.0), k=2), c5b.judge(recorded(0.0), seeds=5)
    assert row.text == "Pass@2, paper minus DAPO" and first.text == "Pass@4, paper minus DAPO"
    assert (first.low, first.high) != (row.low, row.high)
