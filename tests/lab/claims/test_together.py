"""The 2 x 2: effects by hand, paired by seed."""

import pandas as pd
import pytest

from rlvr_direction.lab.claims.together import two_by_two


def table(interaction):
    rows = [
        (method, seed, 20, decoding, 500 + 10 * seed + 100 * p + 40 * s + interaction * p * s, 1000)
        for method, p in (("DAPO", 0), ("paper", 1))
        for seed in range(3)
        for decoding, s in (("plain", 0), ("selective", 1), ("cold", 7))
    ]
    return pd.DataFrame(rows, columns=["method", "seed", "rollouts", "decoding", "correct", "problems"])


def test_each_effect_is_the_difference_of_its_cells():
    found = two_by_two(table(-30)).set_index("effect")["gain"]
    assert found["extrapolation alone"] == pytest.approx(0.04)
    assert found["reweighting alone"] == pytest.approx(0.10)
    assert found["both"] == pytest.approx(0.11) and found["interaction"] == pytest.approx(-0.03)
    assert found["extrapolation after reweighting"] == pytest.approx(0.01)


def test_seeds_are_paired_so_that_their_level_costs_no_precision():
    row = two_by_two(table(0)).set_index("effect").loc["interaction"]
    assert row["low"] == pytest.approx(0) and row["high"] == pytest.approx(0)


def test_a_missing_cell_is_refused():
    whole = table(0)
    with pytest.raises(ValueError, match="lack one of the four cells"):
        two_by_two(whole[(whole["seed"] > 0) | (whole["decoding"] != "plain")])
