"""C3a: an exact statement has no interval, and a table without clipped tokens does not show it."""

import pandas as pd
import pytest

from rlvr_direction.lab.claims import c3a


@pytest.mark.parametrize(
    ("error", "clipped", "of_clipped", "wanted"),
    [
        (1e-10, 5, 0.0, "reproduced"),
        (1e-8, 5, 0.0, "not reproduced"),
        (1e-10, 5, 1e-15, "not reproduced"),
        (1e-10, 0, 0.0, "not reproduced"),
    ],
)
def test_the_error_must_be_rounding_and_clipped_tokens_without_gradient(error, clipped, of_clipped, wanted):
    found = {"tokens": 9, "clipped": clipped, "error": error, "gradient_of_clipped": of_clipped, "rl_seed": 0}
    (row,) = c3a.judge({"lemma": {"a task": pd.DataFrame([found])}})
    assert (row.verdict, row.value, row.low, row.high) == (wanted, error, None, None)
    assert row.claim.deterministic and f"{clipped} clipped ones" in row.text
