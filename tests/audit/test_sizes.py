"""Sizes: what is planned fits into the time, and its problems are spread over the file."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlvr_direction.audit.sizes import JUDGED, LEAST, MOST_SAMPLES, TRIED, Sizes, require_enough, sizes_for, spread

N_PROBLEMS = st.integers(LEAST, 3000)
SECONDS = st.floats(1e-3, 60)
MINUTES = st.floats(0, 1000)
PER_JUDGED = 2 + JUDGED  # with one sample


def responses(n, samples=1):
    """How many responses an audit of `n` problems takes, a quarter of which, rounded up, calibrate."""
    n_calibration = math.ceil(n / 4)
    return (1 + TRIED * samples) * n_calibration + (2 + JUDGED * samples) * (n - n_calibration)


@given(N_PROBLEMS, SECONDS, MINUTES)
def test_a_plan_fits_into_its_time_and_uses_it(n_problems, seconds, minutes):
    fitting = 60 * minutes / seconds
    try:
        sizes = sizes_for(n_problems, seconds, minutes)
    except ValueError:
        assert responses(LEAST) > fitting * (1 - 1e-9)
        return
    n = sizes.n_calibration + sizes.n_judged
    assert LEAST <= n <= n_problems and sizes.n_calibration == math.ceil(n / 4)
    assert sizes.responses == responses(n, sizes.samples) <= fitting * (1 + 1e-9)
    if n < n_problems:
        assert sizes.samples == 1 and responses(n + 4) > fitting
    elif sizes.samples < MOST_SAMPLES:
        assert responses(n, sizes.samples + 1) > fitting * (1 - 1e-9)


@given(N_PROBLEMS, SECONDS, st.floats(0, 1), st.one_of(st.none(), st.integers(1, 20)))
def test_the_minutes_that_a_refusal_names_are_enough(n_problems, seconds, share, samples):
    minutes = share * seconds * responses(LEAST, samples or 1) / 60 * 0.99
    with pytest.raises(ValueError) as refusal:
        sizes_for(n_problems, seconds, minutes, samples=samples)
    assert "too few for 8 problems" in str(refusal.value) and "\n" not in str(refusal.value)
    needed = float(re.search(r"--budget-minutes (\d+)", str(refusal.value))[1])
    sizes = sizes_for(n_problems, seconds, needed, samples=samples)
    assert sizes.n_calibration + sizes.n_judged >= LEAST


@given(st.integers(LEAST, 500), st.integers(1, 40), st.floats(0, 10))
def test_what_is_asked_for_is_taken_whatever_its_time(use, samples, minutes):
    expected = Sizes(math.ceil(use / 4), use - math.ceil(use / 4), samples)
    assert sizes_for(500, math.nan, minutes, use=use, samples=samples) == expected
    assert sizes_for(500, 30.0, minutes, use=use).n_judged == expected.n_judged
    assert sizes_for(500, 1e-4, 1000.0, samples=samples).samples == samples


def test_more_samples_come_once_all_problems_are_used():
    minutes = responses(40, 3) / 60  # at a second each
    assert sizes_for(40, 1.0, minutes + 0.01) == Sizes(10, 30, 3)
    assert sizes_for(400, 1.0, minutes + 0.01).samples == 1
    assert sizes_for(40, 1e-6, minutes).samples == MOST_SAMPLES


def test_too_few_problems_are_refused():
    with pytest.raises(ValueError, match="7 problems; expected at least 8: pass more problems"):
        sizes_for(7, 0.1, 60.0)
    with pytest.raises(ValueError, match="20 problems; expected at least 21"):
        require_enough(20, 21)
    assert require_enough(21, 21) is None


def test_sizes_are_said_in_words():
    assert Sizes(2, 6).said() == (
        f"2 problems calibrate and 6 are judged: {2 * (1 + TRIED) + 6 * PER_JUDGED} responses under {JUDGED} arms and "
        f"{TRIED} tried ones"
    )
    said = Sizes(2, 6, 3).said(0.5)
    assert "judged, 3 samples each: " in said and said.endswith(f"about {responses(8, 3) * 0.5 / 60:.0f} minutes")


@given(st.integers(LEAST, 2000), st.data())
def test_problems_are_spread_evenly_and_every_fourth_calibrates(n_problems, data):
    n = data.draw(st.integers(LEAST, n_problems))
    calibration, judged = spread(n_problems, n)
    assert not {*calibration} & {*judged}
    rows = sorted([*calibration, *judged])
    assert len(rows) == n and rows[0] == 0 and rows[-1] < n_problems
    assert {b - a for a, b in pairwise(rows)} <= {n_problems // n, -(-n_problems // n)}
    assert calibration == rows[::4] and judged == sorted(judged)
