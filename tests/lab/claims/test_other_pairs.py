"""Findings on pairs that are no committed toys: by hand on a few counts."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.other_pairs import findings


def arms(size, accuracy):
    """Ten problems for each of two seeds and each arm: `accuracy[family, budget]` of them right, one more by seed 1."""
    rows = [
        (size, "answers", family, budget, seed, problem, int(problem < right + seed), np.nan, np.nan, np.nan)
        for (family, budget), right in accuracy.items()
        for seed in range(2)
        for problem in range(10)
    ]
    rows += [
        (size, "auroc", family, np.nan, seed, np.nan, np.nan, value + seed / 10, value, 1.0)
        for family, value in (("delta_logp", 0.6), ("lead", 0.1))
        for seed in range(2)
    ]
    columns = ["size", "measure", "family", "budget", "rl_seed", "problem_id", "correct", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def table():
    """Two sizes; the larger one was not extrapolated."""
    small = {("nowhere", 0.0): 1, ("everywhere", 1.0): 5, ("cold rl", np.nan): 6}
    small |= {("delta_logp", 0.05): 4, ("kl_rl_base", 0.05): 3, ("random", 0.05): 2, ("delta_logp", 0.1): 7}
    more = {("selective", np.nan): 8, ("gamma 0", np.nan): 6}
    return pd.concat([arms("0.1 M", small | more), arms("2 M", small)], ignore_index=True)


def test_findings_are_differences_of_accuracies(table):
    found = findings(table, "size").set_index(["size", "finding"])
    value = found["value"]
    assert value["0.1 M", "RL alone"] == pytest.approx(0.55) and value["0.1 M", "base alone"] == pytest.approx(0.15)
    assert value["2 M", "5 % replaced, delta_logp minus KL"] == pytest.approx(0.1)
    assert value["2 M", "5 % replaced, delta_logp minus random"] == pytest.approx(0.2)
    assert value["2 M", "10 % replaced by delta_logp, minus cold RL"] == pytest.approx(0.1)
    assert value["0.1 M", "selective extrapolation minus gamma 0"] == pytest.approx(0.2)
    assert tuple(found.loc[("0.1 M", "AUROC of delta_logp")]) == pytest.approx((0.65, 0.6, 1.0))


def test_intervals_are_over_problems_with_seeds_averaged(table):
    low, high = findings(table, "size").set_index(["size", "finding"]).loc[("2 M", "RL alone"), ["low", "high"]]
    by_hand = np.array([1.0] * 5 + [0.5] + [0.0] * 4)
    half = 2.2622 * by_hand.std(ddof=1) / 10**0.5
    assert (low, high) == pytest.approx((0.55 - half, 0.55 + half), abs=1e-3)


def test_a_finding_without_its_arms_is_left_out(table):
    found = findings(table, "size")
    assert set(found["size"]) == {"0.1 M", "2 M"}
    assert not found[found["size"] == "2 M"]["finding"].str.startswith("selective").any()
