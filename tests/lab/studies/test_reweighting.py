"""The reweighting study: who trains where, and at which rate."""

import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.lab.studies import reweighting
from rlvr_direction.lab.studies.methods import METHODS
from rlvr_direction.lab.studies.reweighting import best_rates, plan, plan_more_seeds, plan_rates, plan_same_rate


@pytest.fixture
def tuned(monkeypatch, tmp_path):
    """Rates as if the study of rates had been run: the last for everybody."""
    rates = pd.DataFrame([{"method": name, "rate": r, "accuracy": r} for name in METHODS for r in reweighting.RATES])
    records.save(rates, tmp_path / "rates" / "arithmetic.parquet", metadata={})
    monkeypatch.setattr(reweighting, "DATA", tmp_path)


def asked(parts):
    return [part.args for part in parts]


def test_the_paper_and_its_rivals_train_on_both_tasks_with_every_seed(tuned):
    both = {"DAPO", "paper", "paper, mean 1", "Dominate", "PPL", "top-p 0.9"}
    for task, extra in (("arithmetic", set(METHODS) - both), ("pointer_tree", set())):
        runs = asked(plan(task, seeds=10, n=500))
        for name in METHODS:
            wanted = range(10) if name in both else range(5) if name in extra else []
            assert [seed for _, who, seed, *_ in runs if who == name] == list(wanted)
        assert {(rate, n) for *_, rate, n in runs} == {(reweighting.RATES[-1], 500)}


def test_rates_are_tuned_for_every_method_alike_on_seeds_of_their_own(tuned):
    runs = asked(plan_rates("arithmetic", seeds=1, n=500))
    assert {(name, rate) for _, name, _, rate, _ in runs} == {(m, r) for m in METHODS for r in reweighting.RATES}
    assert {seed for _, _, seed, *_ in runs}.isdisjoint(
        {seed for _, _, seed, *_ in asked(plan("arithmetic", seeds=10, n=500))}
    )


def test_the_control_trains_at_the_rate_of_dapo_whoever_was_given_another(monkeypatch, tmp_path):
    rows = [
        {"method": name, "rate": 2e-4 if name in ("PPL", "keep below") else 4e-4, "accuracy": 0.5} for name in METHODS
    ]
    records.save(pd.DataFrame(rows), tmp_path / "rates" / "arithmetic.parquet", metadata={})
    monkeypatch.setattr(reweighting, "DATA", tmp_path)
    assert [(name, seed, rate) for _, name, seed, rate, _ in asked(plan_same_rate("pointer_tree", seeds=2, n=5))] == [
        ("PPL", 0, 4e-4),
        ("PPL", 1, 4e-4),
    ]


def test_more_seeds_are_none_of_those_that_the_verdict_rests_on(tuned):
    runs = asked(plan_more_seeds("pointer_tree", seeds=10, n=500))
    assert {name for _, name, *_ in runs} == {"DAPO", "paper", "Dominate", "PPL"} and len(runs) == 40
    judged = {seed for _, _, seed, *_ in asked(plan("pointer_tree", seeds=10, n=500))}
    assert judged.isdisjoint({seed for _, _, seed, *_ in runs})


def test_the_best_rate_has_the_highest_mean_accuracy():
    rows = [("a", 1e-4, 0.2), ("a", 1e-4, 0.6), ("a", 2e-4, 0.3), ("a", 2e-4, 0.4), ("b", 1e-4, 0.1), ("b", 2e-4, 0.9)]
    table = pd.DataFrame(rows, columns=["method", "rate", "accuracy"])
    assert best_rates(table) == {"a": 1e-4, "b": 2e-4}


def test_without_tuned_rates_the_study_does_not_start(monkeypatch, tmp_path):
    monkeypatch.setattr(reweighting, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match="study rates --task arithmetic"):
        plan("arithmetic", seeds=1, n=5)
