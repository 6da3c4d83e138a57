"""Summaries of a response table: errors cluster by problem, and differences are paired."""

import numpy as np
import pandas as pd

from rlvr_direction.statistics import bootstrap

__all__ = ["summarize"]


def summarize(responses: pd.DataFrame, *, reference: str | None = None, draws: int = 2000, seed: int) -> pd.DataFrame:
    """Accuracy of each intervention with its 95 % interval over problems, and the share of tokens it touched.

    Columns: `intervention, accuracy, low, high, selected, changed` (fractions), `n_tokens` (mean per response), `n`
    (responses). With a `reference` also the paired difference of accuracies from it, `gain, gain_low, gain_high`.
    The bootstrap draws all responses to a problem together. Raises ValueError for an unknown reference, and for
    interventions that were run on different problems.
    """
    sums = _by_problem(responses)
    names = list(sums["correct"].index)
    if reference is not None and reference not in names:
        raise ValueError(f"no intervention is called {reference!r}; choose from {', '.join(names)}")
    counts = {name: table.to_numpy(float) for name, table in sums.items()}

    def accuracies(weights: np.ndarray) -> np.ndarray:
        return counts["correct"] @ weights / (counts["n"] @ weights)

    interval = bootstrap(accuracies, counts["n"].shape[1], draws=draws, seed=seed)
    tokens = counts["n_tokens"].sum(1)
    table = pd.DataFrame(
        {
            "intervention": names,
            **{"accuracy": interval.value, "low": interval.low, "high": interval.high},
            "selected": counts["n_selected"].sum(1) / tokens,
            "changed": counts["n_changed"].sum(1) / tokens,
            "n_tokens": tokens / counts["n"].sum(1),
            "n": counts["n"].sum(1).astype(int),
        }
    )
    if reference is None:
        return table
    at = names.index(reference)
    gain = bootstrap(lambda w: accuracies(w) - accuracies(w)[at], counts["n"].shape[1], draws=draws, seed=seed)
    return table.assign(gain=gain.value, gain_low=gain.low, gain_high=gain.high)


def _by_problem(responses: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Sums over the responses to each problem: for every count a table, interventions x problems."""
    counted = responses.assign(n=1, correct=responses["correct"].astype(int))
    names = ["correct", "n", "n_selected", "n_changed", "n_tokens"]
    sums = counted.groupby(["intervention", "problem_id"], sort=False)[names].sum()
    tables = {name: sums[name].unstack("problem_id") for name in names}
    if tables["n"].isna().any(axis=None):
        raise ValueError("the interventions were not run on the same problems; pass responses to a common set")
    return tables
