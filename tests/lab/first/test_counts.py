"""Arms: counts by problem, aligned, and ratios of sums under a bootstrap's weights."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.first.counts import accuracies, arms_of, arms_of_part


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
    x = (arms.labels["family"] == "x") & (arms.labels["budget"] == 0.2)
    assert arms.accuracy(weights)[x].tolist() == pytest.approx([(2 * 1 + 0 + 2) / 8])
    assert arms.ratio("selected", weights)[x].tolist() == pytest.approx([4 / (20 + 12 + 14)])
    assert arms.ratio("changed", weights)[x].tolist() == [0]
    assert arms.n_problems == 5


def test_the_arms_of_a_part_are_those_of_its_rows_with_the_labels_asked_for():
    both = pd.concat([table().assign(part="seeds", rl_seed=k) for k in (1, 2)] + [table().assign(part="curves")])
    arms = arms_of_part(both, "seeds", rl_seed=2)
    assert arms.correct.tolist() == arms_of(table(), ["family", "budget"]).correct.tolist()
    assert arms_of_part(both, "curves", ["family", "budget"]).labels.equals(arms.labels)


def test_arms_on_different_problems_are_refused():
    with pytest.raises(ValueError, match="4 to 5 rows for 5 problems"):
        arms_of(table().iloc[1:], ["family", "budget"])


def test_a_table_of_accuracies_has_every_arm_with_its_interval():
    found = accuracies(arms_of(table(60), ["family", "budget"]), seed=0, draws=100)
    assert len(found) == 3 and (found["low"] <= found["accuracy"]).all() and (found["accuracy"] <= found["high"]).all()
    assert found["selected"].tolist() == pytest.approx([2 * 60 / sum(range(10, 70)), 0, 60 / sum(range(10, 70))])
