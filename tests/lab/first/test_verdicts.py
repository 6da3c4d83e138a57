"""Verdicts: where the whole interval lies, conjunctions, seeds, and what chance gives."""

import doctest

import numpy as np
import pytest
from scipy import stats

from rlvr_direction.lab.claims.verdicts import combine, verdicts_by_chance
from rlvr_direction.lab.first import verdicts
from rlvr_direction.lab.first.verdicts import seeds_agree, verdict
from rlvr_direction.statistics import Interval

YES, NO, OPEN = "reproduced", "not reproduced", "inconclusive"


@pytest.mark.parametrize(
    "low, high, rule, expected",
    [
        (0.02, 0.05, {}, YES),
        (-0.05, -0.02, {}, NO),
        (-0.01, 0.05, {}, OPEN),
        (0.0, 0.05, {}, OPEN),
        (-0.05, -0.02, {"below": True}, YES),
        (0.02, 0.05, {"below": True}, NO),
        (0.52, 0.6, {"bound": 0.5}, YES),
        (0.4, 0.49, {"bound": 0.5}, NO),
        (-0.015, 0.03, {"bound": -0.02}, YES),
        (-0.05, -0.03, {"bound": -0.02}, NO),
        (-0.6, -0.55, {"bound": -0.5, "below": True}, YES),
        (0.002, 0.03, {"minimum_gain": 0.01}, YES),
        (-0.004, 0.008, {"minimum_gain": 0.01}, NO),
        (-0.004, 0.012, {"minimum_gain": 0.01}, OPEN),
    ],
)
def test_a_verdict_is_where_the_whole_interval_lies(low, high, rule, expected):
    assert verdict(Interval((low + high) / 2, low, high), **rule) == expected


def test_a_gain_shown_to_be_below_a_point_is_not_the_claimed_gain_even_if_it_excludes_0():
    small = Interval(0.005, 0.002, 0.008)
    assert verdict(small) == YES
    assert verdict(small, minimum_gain=0.01) == NO


def test_the_side_is_a_reflection():
    interval = Interval(0.3, 0.1, 0.4)
    mirrored = Interval(-0.3, -0.4, -0.1)
    for bound in (0.0, 0.2, 0.5):
        assert verdict(interval, bound=bound) == verdict(mirrored, bound=-bound, below=True)


def test_an_interval_without_ends_is_refused():
    for low, high in ((np.nan, 1.0), (1.0, np.nan), (1.0, 0.0)):
        with pytest.raises(ValueError, match="lower end first"):
            verdict(Interval(0.5, low, high))


def test_a_conjunction_needs_every_part():
    assert combine([YES, YES]) == YES
    assert combine([YES, OPEN]) == OPEN
    assert combine([YES, OPEN, NO]) == NO
    with pytest.raises(ValueError, match="no verdicts"):
        combine([])


def test_seeds_must_lie_on_the_side_of_the_estimate_not_merely_on_one_side():
    estimate = Interval(0.1, 0.05, 0.15)
    assert verdict(estimate, [0.1, 0.2, 0.1, -0.3, 0.1]) == YES
    assert verdict(estimate, [0.1, -0.2, -0.1, -0.3, -0.1]) == OPEN
    assert verdict(estimate, [0.1, 0.2, 0.1, -0.3, 0.0]) == OPEN


def test_seeds_must_uphold_what_is_not_reproduced_too():
    against = Interval(-0.1, -0.15, -0.05)
    assert verdict(against, [-0.1, -0.2, -0.1, 0.3, -0.1]) == NO
    assert verdict(against, [-0.1, 0.2, 0.1, 0.3, 0.1]) == OPEN
    assert verdict(against, [-0.1, 0.2, 0.1, 0.3, 0.1], below=True) == OPEN
    assert verdict(against, [-0.1, -0.2, -0.1, 0.3, -0.1], below=True) == YES


def test_a_gain_that_is_too_small_is_upheld_by_seeds_that_fall_short_of_it():
    small = Interval(0.0, -0.002, 0.002)
    assert verdict(small, [0.0, 0.002, -0.001, 0.004, 0.02], minimum_gain=0.01) == NO
    assert verdict(small, [0.0, 0.02, 0.03, 0.004, 0.02], minimum_gain=0.01) == OPEN


def test_seeds_and_holm_turn_no_verdict_into_another_one():
    assert verdict(Interval(0.01, -0.01, 0.03), [0.1] * 5) == OPEN
    assert verdict(Interval(0.03, 0.02, 0.04), p_holm=0.2) == OPEN
    assert verdict(Interval(-0.03, -0.04, -0.02), p_holm=0.2) == NO
    assert not seeds_agree(OPEN, [0.1] * 5)


def test_chance_gives_the_share_of_intervals_that_miss_on_one_side():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(4000, 10))
    error = stats.sem(data, axis=1) * stats.t.ppf(0.975, 9)
    false = sum(
        verdict(Interval(m, m - e, m + e)) == YES
        for m, e in zip(data.mean(axis=1).tolist(), error.tolist(), strict=True)
    )
    assert verdicts_by_chance(4000) == pytest.approx(100)
    assert false == pytest.approx(verdicts_by_chance(4000), abs=30)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(verdicts).failed == 0 < doctest.testmod(verdicts).attempted
