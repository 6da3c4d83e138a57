"""Methods compared over seeds: areas and ends by hand, and only common seeds are paired."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.reweighting import (
    areas,
    at_the_end,
    at_their_best,
    best_rates,
    direction_correctness,
    gains_in_area,
    k_to_judge,
    negative_only,
    over_seeds,
    paired_difference,
)


def runs(methods=(("DAPO", 0.0, 4), ("paper", 0.02, 3)), rate=1e-4):
    """Methods whose curves differ by another constant for each seed; the rows are not in order."""
    rows = []
    for method, gain, seeds in methods:
        for seed in range(seeds):
            for rollout, accuracy in ((20, 0.8), (0, 0.2), (10, 0.6)):
                rows.append((method, seed, rollout, accuracy + 0.01 * seed + gain * (1 + seed), np.nan))
            rows.append((method, seed, 5, np.nan, np.nan))
    table = pd.DataFrame(rows, columns=["method", "seed", "rollout", "accuracy", "pass@32"]).assign(rate=rate)
    table.loc[table["rollout"] == 20, "pass@32"] = 0.9
    return table


def test_the_area_is_the_mean_height_of_the_curve():
    assert areas(runs())["DAPO"][0] == pytest.approx((0.4 + 0.7) / 2)


def test_the_end_is_the_last_value_there_is():
    assert at_the_end(runs())["DAPO"][2] == pytest.approx(0.82)
    assert at_the_end(runs(), "pass@32")["paper"].tolist() == [0.9] * 3


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


def test_the_best_rate_has_the_largest_area_of_each_method():
    slow = runs((("DAPO", 0.0, 3), ("PPL", 0.02, 3)), 1e-4)
    fast = runs((("DAPO", 0.01, 3), ("PPL", 0.01, 3)), 8e-4)
    assert best_rates(pd.concat([slow, fast])).to_dict() == {"DAPO": 8e-4, "PPL": 1e-4}


@pytest.mark.parametrize(
    ("passes", "k"),
    [({1: 0.5, 2: 0.7, 4: 0.89, 8: 0.95}, 4), ({1: 0.92, 2: 0.95}, 1), ({1: 0.1, 16: 0.6, 32: 0.7}, 32)],
)
def test_the_judged_k_is_the_largest_that_leaves_room(passes, k):
    better, worse = runs((("DAPO", 0.01, 3),), 2e-4), runs((("DAPO", 0.0, 3),), 4e-4)
    last = better["rollout"] == 20
    better, worse = better.drop(columns="pass@32"), worse.assign(**{f"pass@{k}": 0.0 for k in passes})
    for of, value in passes.items():
        better[f"pass@{of}"] = np.where(last, value, np.nan)
    assert k_to_judge(pd.concat([better, worse])) == k


def test_own_rates_are_rows_of_their_own_against_dapo_at_its_rate():
    own = runs((("paper", 0.05, 3),), 8e-4)
    table = gains_in_area(runs(), own).set_index("rates")
    assert table["method"].tolist() == ["paper", "paper"] and table["seeds"].tolist() == [3, 3]
    assert table.loc["DAPO's", "gain"] == pytest.approx(0.04) and table.loc["own", "gain"] == pytest.approx(0.10)
    assert table.loc["own", "rate"] == 8e-4 and len(gains_in_area(runs())) == 1


def test_direction_correctness_has_both_shares_where_they_were_measured():
    table = runs().assign(positive_rise=np.nan, negative_fall=np.nan)
    table.loc[table["rollout"] == 5, ["positive_rise", "negative_fall"]] = [0.9, 0.7]
    found = direction_correctness(table).set_index("method")
    assert found["rollout"].tolist() == [5, 5] and found.loc["paper", "positive_rise"] == pytest.approx(0.9)
    assert found.loc["DAPO", "negative_fall_low"] == pytest.approx(0.7)


def test_negative_only_is_compared_with_dapo_and_with_the_paper():
    table = runs((("DAPO", 0.0, 3), ("paper", 0.02, 3), ("negative only", 0.01, 3)))
    found = negative_only(table).set_index(["against", "measure"])["gain"]
    assert found["DAPO", "area"] == pytest.approx(0.02) and found["paper", "final accuracy"] == pytest.approx(-0.02)
    assert found["DAPO", "pass@32"] == 0
