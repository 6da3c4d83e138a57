"""Methods compared over seeds: areas and ends by hand, and only common seeds are paired."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.first.reweighting import areas, at_the_end, at_their_best, over_seeds, paired_difference


def runs():
    """Two methods whose curves differ by another constant for each seed; the rows are not in order."""
    rows = []
    for method, gain, seeds in (("DAPO", 0.0, range(4)), ("paper", 0.02, range(3))):
        for seed in seeds:
            for rollout, accuracy in ((20, 0.8), (0, 0.2), (10, 0.6)):
                rows.append((method, seed, rollout, accuracy + 0.01 * seed + gain * (1 + seed), np.nan))
            rows.append((method, seed, 5, np.nan, np.nan))
    table = pd.DataFrame(rows, columns=["method", "seed", "rollout", "accuracy", "pass@16"])
    table.loc[table["rollout"] == 20, "pass@16"] = 0.9
    return table


def test_the_area_is_the_mean_height_of_the_curve():
    assert areas(runs())["DAPO"][0] == pytest.approx((0.4 + 0.7) / 2)


def test_the_end_is_the_last_value_there_is():
    assert at_the_end(runs())["DAPO"][2] == pytest.approx(0.82)
    assert at_the_end(runs(), "pass@16")["paper"].tolist() == [0.9] * 3


def test_the_best_is_the_highest_value_wherever_it_stands():
    table = runs()
    table.loc[(table["seed"] == 2) & (table["rollout"] == 10), "accuracy"] = 0.95
    assert at_their_best(table)["DAPO"].tolist() == pytest.approx([0.8, 0.81, 0.95, 0.83])


def test_the_mean_over_seeds_has_its_interval_wherever_there_is_a_value():
    table = over_seeds(runs(), "accuracy").set_index(["method", "rollout"])
    assert sorted(table.loc["DAPO"].index) == [0, 10, 20]
    half = 3.182446 * np.std([0, 0.01, 0.02, 0.03], ddof=1) / 2  # Student's t, three degrees of freedom
    assert table.loc[("DAPO", 20)].tolist() == pytest.approx([0.815, 0.815 - half, 0.815 + half], abs=1e-6)


def test_differences_are_paired_by_the_seeds_both_have():
    interval = paired_difference(areas(runs()), "paper", "DAPO")
    gains = np.array([0.02, 0.04, 0.06])
    half = 4.302653 * gains.std(ddof=1) / 3**0.5  # Student's t, two degrees of freedom
    assert interval == pytest.approx((0.04, 0.04 - half, 0.04 + half), abs=1e-6)


def test_one_common_seed_gives_no_interval():
    table = runs()
    with pytest.raises(ValueError, match="1 paired differences"):
        paired_difference(areas(table[(table["method"] == "DAPO") | (table["seed"] == 0)]), "paper", "DAPO")
