"""The learning rates of the first registration."""

import pandas as pd

from rlvr_direction.lab.studies.reweighting import best_rates


def test_the_best_rate_has_the_highest_mean_accuracy():
    rows = [("a", 1e-4, 0.2), ("a", 1e-4, 0.6), ("a", 2e-4, 0.3), ("a", 2e-4, 0.4), ("b", 1e-4, 0.1), ("b", 2e-4, 0.9)]
    table = pd.DataFrame(rows, columns=["method", "rate", "accuracy"])
    assert best_rates(table) == {"a": 1e-4, "b": 2e-4}
