"""Summaries: ratios of sums, intervals over problems, paired differences."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.evaluation import summarize


def responses(n=400, samples=3, seed=0):
    rng = np.random.default_rng(seed)
    hard = rng.random(n)
    rows = []
    for name, bonus in (("a", 0.0), ("b", 0.1)):
        right = rng.random((n, samples)) < np.clip(hard + bonus, 0, 1)[:, None]
        table = pd.DataFrame({"problem_id": np.repeat(np.arange(n), samples), "correct": right.ravel()})
        table["n_tokens"] = rng.integers(5, 15, len(table))
        rows.append(table.assign(intervention=name, n_selected=2, n_changed=1))
    return pd.concat(rows, ignore_index=True)


def test_accuracy_and_shares_are_ratios_of_sums():
    table = responses()
    summary = summarize(table, seed=0, draws=200).set_index("intervention")
    for name, rows in table.groupby("intervention"):
        found = summary.loc[name]
        assert found["accuracy"] == pytest.approx(rows["correct"].mean()) and found["n"] == len(rows)
        assert found["selected"] == pytest.approx(2 * len(rows) / rows["n_tokens"].sum())
        assert found["changed"] == pytest.approx(found["selected"] / 2)
        assert found["n_tokens"] == pytest.approx(rows["n_tokens"].mean())


def test_the_interval_is_that_of_clustered_errors():
    table = responses()
    summary = summarize(table, seed=0).set_index("intervention")
    for name, rows in table.groupby("intervention"):
        residuals = (rows["correct"] - rows["correct"].mean()).groupby(rows["problem_id"]).sum()
        error = np.sqrt((residuals**2).sum() * len(residuals) / (len(residuals) - 1)) / len(rows)
        reach = (summary.loc[name, "high"] - summary.loc[name, "low"]) / 2
        assert reach == pytest.approx(1.96 * error, rel=0.08)


def test_a_paired_difference_is_sharper_than_two_intervals():
    summary = summarize(responses(), reference="a", seed=0).set_index("intervention")
    assert summary.loc["a", ["gain", "gain_low", "gain_high"]].tolist() == [0, 0, 0]
    b = summary.loc["b"]
    assert b["gain"] == pytest.approx(b["accuracy"] - summary.loc["a", "accuracy"])
    assert b["gain_low"] <= b["gain"] <= b["gain_high"]
    assert b["gain_high"] - b["gain_low"] < 0.8 * np.hypot(
        b["high"] - b["low"], summary.loc["a", "high"] - summary.loc["a", "low"]
    )


def test_what_cannot_be_paired_is_refused():
    table = responses()
    with pytest.raises(ValueError, match="no intervention is called 'c'; choose from a, b"):
        summarize(table, reference="c", seed=0)
    with pytest.raises(ValueError, match="not run on the same problems"):
        summarize(table[(table["intervention"] == "a") | (table["problem_id"] < 5)], seed=0)
