"""Counts of arms: pooled over RL seeds, refused where arms cannot be compared."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.counts import accuracies, arms_of, parts_over_seeds, with_finalists


def recorded(accuracy, *, seeds=2, n=400):
    """One arm per family: `accuracy[family]` is a number, or one per RL seed."""
    rows = [
        pd.DataFrame(
            {
                "problem_id": np.arange(n),
                "correct": (np.arange(n) < n * np.atleast_1d(level)[seed % np.size(level)]).astype(int),
            }
        ).assign(family=family, budget=0.1, rl_seed=seed, samples=1, n_tokens=10, n_selected=2, n_changed=1)
        for family, level in accuracy.items()
        for seed in range(seeds)
    ]
    return pd.concat(rows, ignore_index=True)


def test_seeds_are_pooled_problem_by_problem():
    arms = arms_of(recorded({"a": [0.2, 0.4], "b": 0.5}))
    assert arms.n_problems == 400 and arms.samples.max() == 2
    found = accuracies(arms, draws=50).set_index("family")
    assert found["accuracy"].to_dict() == pytest.approx({"a": 0.3, "b": 0.5})
    assert (found["selected"] == 0.2).all() and (found["changed"] == 0.1).all()


def test_parts_hold_the_pooled_interval_and_every_seed():
    table = recorded({"a": [0.2, 0.4], "b": 0.5})
    part = parts_over_seeds(table, lambda arms, draws: {"b": arms.gain("b", "a", draws)}, draws=100)["b"]
    assert part.seeds == pytest.approx([0.3, 0.1]) and part.interval.value == pytest.approx(0.2)
    assert part.interval.low < 0.2 < part.interval.high
    alone = parts_over_seeds(table[table["rl_seed"] == 0], lambda a, d: {"b": a.gain("b", "a", d)}, draws=10)["b"]
    assert alone.seeds is None


def test_arms_on_other_problems_or_seeds_or_twice_are_refused():
    table = recorded({"a": 0.2, "b": 0.5})
    with pytest.raises(ValueError, match="one per problem and seed"):
        arms_of(table[(table["family"] == "a") | (table["rl_seed"] == 0)])
    with pytest.raises(ValueError, match="twice"):
        arms_of(pd.concat([table, table]))


def test_finalists_replace_the_rows_of_their_own_arms_alone():
    labels = {"cell": "here", "where": "x", "gamma": 0.0, "temperature": 1.0, "top_p": 0.7, "purpose": "judged"}
    table = recorded({"a": 0.2, "b": 0.5}).assign(**labels)
    again = table[table["family"] == "b"].assign(correct=3, samples=4)
    found = with_finalists({"gates": {"one": table, "other": table}, "again": {"one": again}}, "gates", "again")
    arms = arms_of(found["gates"]["one"])
    assert arms.correct.sum(1).tolist() == [0.2 * 800, 3 * 800] and arms.samples[:, 0].tolist() == [2, 8]
    assert found["gates"]["other"] is table


def test_finalists_of_another_cell_replace_nothing():
    labels = {"cell": "here", "where": "x", "gamma": 0.0, "temperature": 1.0, "top_p": 0.7, "purpose": "judged"}
    table = recorded({"a": 0.2}, seeds=1).assign(**labels)
    found = with_finalists({"gates": {"one": table}, "again": {"one": table.assign(cell="there")}}, "gates", "again")
    assert len(found["gates"]["one"]) == 2 * len(table)
