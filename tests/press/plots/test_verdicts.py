"""The chart of verdicts under other rules draws every verdict."""

import pandas as pd

from rlvr_direction.press.plots import verdicts

TABLE = pd.DataFrame(
    [("C1", "arithmetic", "reproduced", 8, 10, 0.8), ("C1", "pointer_tree", "inconclusive", 3, 10, 0.3)],
    columns=["claim", "task", "verdict", "survived", "rules", "share"],
)


def test_the_chart_is_described_and_draws_every_row_and_column(honest):
    honest(verdicts.robustness(TABLE, "robustness"), TABLE)
