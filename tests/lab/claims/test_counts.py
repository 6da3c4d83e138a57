"""Arms: counts by problem, aligned, and ratios of sums under a bootstrap's weights."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import accuracies, arms_of


def table(n=5):
    rows = [
        {"family": f, "budget": b, "problem_id": i, "correct": (i + j) % 3, "samples": 2, "n_tokens": 10 + i}
        | {"n_selected": j, "n_changed": j // 2}
        for j, (f, b) in enumerate([("x", 0.1), ("x", 0.2), ("nowhere", np.nan)])
        for i in range(n)
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


def test_ratios_are_of_sums_over_the_problems_drawn():
    arms = arms_of(table(), ["family", "budget"])
    weights = np.array([2, 0, 1, 0, 1])
    x = arms.where(family="x", budget=0.2)
    assert x.accuracy(weights).tolist() == pytest.approx([(2 * 1 + 0 + 2) / 8])
    assert x.ratio("selected", weights).tolist() == pytest.approx([4 / (20 + 12 + 14)])
    assert x.ratio("changed", weights).tolist() == [0]
    assert arms.n_problems == 5 and len(arms.where(family="x").labels) == 2


def test_arms_on_different_problems_and_labels_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="4 to 5 rows for 5 problems"):
        arms_of(table().iloc[1:], ["family", "budget"])
    with pytest.raises(ValueError, match="no arm has"):
        arms_of(table(), ["family", "budget"]).where(family="y")


def test_a_table_of_accuracies_has_every_arm_with_its_interval():
    found = accuracies(arms_of(table(60), ["family", "budget"]), seed=0, draws=100)
    assert len(found) == 3 and (found["low"] <= found["accuracy"]).all() and (found["accuracy"] <= found["high"]).all()
    assert found["selected"].tolist() == pytest.approx([2 * 60 / sum(range(10, 70)), 0, 60 / sum(range(10, 70))])
