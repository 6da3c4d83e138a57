"""C4b and C4c: paired gains, Holm over stages, and what they add up to."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import arms_of, gain, gains_by_stage, judge_gain


def stage(gained, *, n=2000, seed=0):
    rng = np.random.default_rng(seed)
    hard = rng.random(n)
    rows = [
        pd.DataFrame({"problem_id": np.arange(n), "correct": rng.binomial(4, np.clip(hard + more, 0, 1))}).assign(
            family=family, samples=4, n_tokens=10, n_selected=1, n_changed=1
        )
        for family, more in {"chosen": gained, "gamma 0": 0.0, "rl": 0.0}.items()
    ]
    return arms_of(pd.concat(rows), ["family"])


def test_a_gain_is_the_paired_difference_of_accuracies():
    arms = stage(0.05)
    interval = gain(arms, "chosen", "gamma 0", seed=0, draws=400)
    rates = (arms.correct / 4).mean(1)
    names = list(arms.labels["family"])
    assert interval.value == pytest.approx(rates[names.index("chosen")] - rates[names.index("gamma 0")])
    assert interval.low < interval.value < interval.high and 0.03 < interval.value < 0.06


def test_holm_adjusts_over_the_stages():
    table = gains_by_stage(
        {"a": stage(0.06), "b": stage(0.0, seed=1), "c": stage(0.0, seed=2)}, "rl", seed=0, draws=200
    )
    assert (table["p_holm"] >= table["p"]).all() and table["p_holm"].iloc[0] == pytest.approx(3 * table["p"].iloc[0])
    assert table["p"].iloc[0] < 1e-6 and table["p"].iloc[1] > 1e-3


GOOD, SMALL = [0.02, 0.03, 0.01, 0.02, -0.01], [0.0, 0.002, -0.001, 0.004, 0.02]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([(0.03, 0.02, 0.04, 0.001, GOOD)], "reproduced"),
        ([(0.03, 0.02, 0.04, 0.001, GOOD), (0.03, 0.01, 0.05, 0.2, GOOD)], "inconclusive"),
        ([(0.03, 0.02, 0.04, 0.001, GOOD), (0.005, 0.001, 0.009, 0.01, SMALL)], "not reproduced"),
        ([(0.01, -0.01, 0.03, 0.4, GOOD)], "inconclusive"),
        ([(0.03, 0.02, 0.04, 0.001, SMALL)], "inconclusive"),
        ([(0.005, 0.001, 0.009, 0.01, GOOD)], "inconclusive"),
        ([(0.0, -0.002, 0.002, 1.0, SMALL)], "not reproduced"),
    ],
)
def test_gains_must_hold_after_holm_reach_a_point_and_repeat_over_seeds(rows, wanted):
    table = pd.DataFrame(rows, columns=["gain", "low", "high", "p_holm", "seeds"])
    table["against"] = [f"rival {i}" for i in table.index]
    assert judge_gain(table, dict(zip(table["against"], table["seeds"], strict=True))) == wanted
