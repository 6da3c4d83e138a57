"""C3a: an exact statement has no interval, needs both temperatures, and clipped tokens at each."""

import pandas as pd
import pytest

from rlvr_direction.lab.claims import c3a


def study(*, temperatures=(1.0, 0.7), error=1e-10, clipped=5, of_clipped=0.0):
    """A recorded table whose last temperature has these numbers, and whose others are fine."""
    fine = {
        "tokens": 9,
        "clipped": 5,
        "error": 1e-11,
        "error_from_odds": 1e-12,
        "gradient_of_clipped": 0.0,
        "rl_seed": 0,
    }
    last = fine | {"clipped": clipped, "error": error, "gradient_of_clipped": of_clipped}
    return pd.DataFrame([{"temperature": t, **(last if t == temperatures[-1] else fine)} for t in temperatures])


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({}, "reproduced"),
        ({"error": 1e-8}, "not reproduced"),
        ({"of_clipped": 1e-15}, "not reproduced"),
        ({"clipped": 0}, "not reproduced"),
        ({"temperatures": (1.0,)}, "not reproduced"),
    ],
)
def test_the_error_must_be_rounding_at_both_temperatures(found, wanted):
    row, beside = c3a.judge({"lemma": {"a task": study(**found)}})
    assert (row.verdict, row.value, row.low) == (wanted, found.get("error", 1e-10), None)
    assert row.claim.deterministic and row.deciding
    assert not beside.deciding and beside.value == 1e-12
