"""The learning rates of the first registration's training runs."""

import pandas as pd

__all__ = ["best_rates"]


def best_rates(table: pd.DataFrame) -> dict[str, float]:
    """For each method the rate with the highest mean accuracy over its evaluations."""
    means = table.groupby(["method", "rate"])["accuracy"].mean().unstack()
    return means.idxmax(axis=1).to_dict()
