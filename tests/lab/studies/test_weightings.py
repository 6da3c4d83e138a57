"""Which runs are planned: on which seeds, at which rate, with which problems."""

import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.lab.studies import earlier, weightings


def runs(rate_of):
    """Runs whose curve is highest at each method's own rate."""
    rows = [
        (method, seed, rate, rollout, 0.2 if rollout == 0 else 0.8 - 100 * abs(rate - best))
        for method, best in rate_of.items()
        for seed in (1000, 1001)
        for rate in weightings.RATES
        for rollout in (0, 60)
    ]
    return pd.DataFrame(rows, columns=["method", "seed", "rate", "rollout", "accuracy"])


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A function that records tuning runs of a study with each method's best rate."""
    monkeypatch.setattr(earlier, "DATA", tmp_path)

    def record(study, rate_of, task="arithmetic"):
        records.save(runs(rate_of), tmp_path / study / f"{task}.parquet", metadata={})

    (tmp_path / "tuning").mkdir()
    (tmp_path / "own_rates").mkdir()
    return record


def asked(parts):
    return [part.args for part in parts]


def test_tuning_touches_no_judged_seed_or_problem():
    wanted = asked(weightings.plan_tuning("arithmetic", seeds=5, n=500))
    assert len(wanted) == 20 and {args[5] for args in wanted} == {"tuning"}
    assert {args[1] for args in wanted} == {"DAPO"} and min(args[2] for args in wanted) >= 1000


def test_all_methods_run_at_dapos_best_rate(recorded):
    recorded("tuning", {"DAPO": 4e-4})
    wanted = asked(weightings.plan("arithmetic", seeds=30, n=500))
    assert {args[3] for args in wanted} == {4e-4} and {args[5] for args in wanted} == {"judged"}
    counts = pd.Series([args[1] for args in wanted]).value_counts()
    assert (counts[list(weightings.COMPARED)] == 30).all() and counts["STARE"] == 10 and counts["keep above"] == 5


def test_worded_is_looked_at_on_five_seeds_of_five_methods(recorded):
    recorded("tuning", {"DAPO": 1e-4}, task="worded")
    assert len(weightings.plan("worded", seeds=30, n=500)) == 25
    assert len(weightings.plan_tuning("worded", seeds=5, n=500)) == 8


def test_only_methods_with_a_rate_of_their_own_run_again(recorded):
    recorded("tuning", {"DAPO": 2e-4})
    recorded("own_rates", {"paper": 2e-4, "PPL": 8e-4})
    wanted = asked(weightings.plan_at_own_rates("arithmetic", seeds=10, n=500))
    assert [args[1:4] for args in wanted] == [("PPL", seed, 8e-4) for seed in range(10)]
    recorded("own_rates", {"paper": 2e-4, "PPL": 2e-4})
    with pytest.raises(ValueError, match="every method's best rate on arithmetic is DAPO's"):
        weightings.plan_at_own_rates("arithmetic", seeds=10, n=500)


def test_without_tuning_there_is_no_rate(recorded):
    with pytest.raises(FileNotFoundError, match="study tuning --task pointer_tree"):
        weightings.plan("pointer_tree", seeds=2, n=10)
