"""Verdicts: what an interval says, and what RL seeds must agree on."""

import pytest

from rlvr_direction.lab.claims.verdicts import combine, verdict, verdicts_by_chance
from rlvr_direction.statistics import Interval


@pytest.mark.parametrize(
    ("interval", "rule", "expected"),
    [
        ((0.05, 0.01, 0.09), {}, "reproduced"),
        ((0.05, -0.01, 0.09), {}, "inconclusive"),
        ((-0.05, -0.09, -0.01), {}, "not reproduced"),
        ((0.004, 0.001, 0.007), {"minimum_gain": 0.01}, "not reproduced"),
        ((0.02, 0.001, 0.03), {"minimum_gain": 0.01}, "reproduced"),
        ((-0.05, -0.09, -0.01), {"below": True}, "reproduced"),
        ((-0.01, -0.015, -0.005), {"bound": -0.02}, "reproduced"),
        ((0.05, 0.01, 0.09), {"below": True}, "not reproduced"),
    ],
)
def test_an_interval_is_judged_against_its_bound(interval, rule, expected):
    assert verdict(Interval(*interval), **rule) == expected


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [
        ([0.1, 0.1, 0.1, 0.1, -0.1], "reproduced"),
        ([0.1, 0.1, 0.1, -0.1, -0.1], "inconclusive"),
        ([-0.1] * 5, "inconclusive"),
        ([0.0] * 5, "inconclusive"),
        ([0.1, 0.1, 0.1], "inconclusive"),
    ],
)
def test_four_seeds_must_have_the_sign_of_the_estimate(seeds, expected):
    assert verdict(Interval(0.05, 0.02, 0.08), seeds) == expected


@pytest.mark.parametrize(
    ("seeds", "expected"), [([0.1, 0.1, 0.1, -0.1], "reproduced"), ([0.1, 0.1, -0.1, -0.1], "inconclusive")]
)
def test_another_rule_may_need_fewer_seeds(seeds, expected):
    assert verdict(Interval(0.05, 0.02, 0.08), seeds, seeds_needed=3) == expected


def test_seeds_are_asked_about_the_side_of_the_bound():
    assert verdict(Interval(-0.01, -0.015, -0.005), [-0.01] * 5, bound=-0.02) == "reproduced"
    assert verdict(Interval(-0.3, -0.4, -0.2), [-0.3] * 4 + [0.1], below=True) == "reproduced"
    assert verdict(Interval(-0.3, -0.4, -0.2), [-0.3] * 4 + [0.1]) == "not reproduced"


def test_a_conjunction_needs_every_part():
    assert combine(["reproduced", "inconclusive", "not reproduced"]) == "not reproduced"
    assert combine(["reproduced", "inconclusive"]) == "inconclusive"
    assert combine(["reproduced", "reproduced"]) == "reproduced"
    with pytest.raises(ValueError, match="no verdicts"):
        combine([])


def test_no_number_gives_no_verdict():
    with pytest.raises(ValueError, match="expected two numbers"):
        verdict(Interval(0.0, float("nan"), 1.0))


def test_chance_reproduces_one_in_forty():
    assert verdicts_by_chance(40) == 1.0
