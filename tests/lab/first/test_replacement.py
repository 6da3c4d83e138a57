"""C2 and C2f: on arms whose truth is known, ratios and leads are found, with intervals that cover it."""

import doctest
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.first import replacement
from rlvr_direction.lab.first.counts import arms_of
from rlvr_direction.lab.first.replacement import (
    ORDER,
    RIVALS,
    fewest_replacements,
    ratio_to_reach,
    sign_does_it,
)

BUDGETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
SPEED = {"delta_logp": 40.0, "kl_rl_base": 15.0, "entropy_base": 6.0, "random": 1.5}


def study(speeds, *, n=800, seed=0, low=0.2, high=0.8):
    """Arms whose accuracy rises from `low` to `high` as 1 - exp(-speed * budget), and that change what they select."""
    rng = np.random.default_rng(seed)
    luck = rng.random(n)
    rows = []
    ends = [("nowhere", 0.0, 0.0), ("everywhere", 1.0, 1.0)]
    arms = ends + [(f, b, 1 - np.exp(-speed * b)) for f, speed in speeds.items() for b in BUDGETS]
    for family, budget, share in arms:
        right = luck < low + share * (high - low)
        rows.append(
            pd.DataFrame({"problem_id": np.arange(n), "correct": right.astype(int), "samples": 1})
            .assign(n_tokens=1000, n_selected=int(1000 * budget), n_changed=int(900 * budget))
            .assign(family=family, budget=budget)
        )
    return arms_of(pd.concat(rows), ["family", "budget"])


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(replacement).failed == 0 < doctest.testmod(replacement).attempted


def test_a_target_that_is_never_reached_counts_as_one_and_a_dip_does_not_count():
    assert ratio_to_reach(np.array([0.0, 0.1]), np.array([0.2, 0.3]), 0.6) == 1.0
    dipping = ratio_to_reach(np.array([0.0, 0.1, 0.2, 0.3]), np.array([0.0, 0.6, 0.4, 0.9]), 0.55)
    assert 0.2 < dipping < 0.3


def test_the_order_of_known_speeds_is_found_with_intervals_below_zero():
    table = fewest_replacements(study(SPEED), seed=0, draws=300)
    assert len(table) == 2 * 2 * 3 and (table["high"] < 0).all()
    assert set(zip(table["first"], table["second"], strict=True)) == set(pairwise(ORDER))
    half = table[(table["share"] == 0.5) & (table["of"] == "selected")].set_index("first")
    for family in ("kl_rl_base", "entropy_base"):
        assert half.loc[family, "ratio_first"] == pytest.approx(np.log(2) / SPEED[family], rel=0.25)


def test_equal_speeds_are_not_distinguished():
    table = fewest_replacements(study(dict.fromkeys(SPEED, 10.0)), seed=0, draws=200)
    assert (table["low"] <= 0).all() and (table["high"] >= 0).all()


def test_a_rival_that_does_as_well_has_an_interval_that_holds_zero():
    speeds = {"delta_logp": 12.0, **dict.fromkeys(RIVALS, 4.0), "logp_rl": 12.0, "coin": 12.0}
    leads = sign_does_it(study(speeds), seed=0, draws=300)
    assert list(leads) == list(RIVALS)
    for name, lead in leads.items():
        assert (lead.low <= 0 <= lead.high) if speeds[name] == 12 else lead.low > 0.02


def test_the_lead_is_the_mean_difference_at_two_five_and_eight_percent():
    speeds = {"delta_logp": 12.0, **dict.fromkeys(RIVALS, 4.0)}
    arms = study(speeds, n=4000)
    lead = sign_does_it(arms, seed=0, draws=50)["mass"].value

    def at(speed, changed):
        budgets = np.array([0, *BUDGETS])
        return np.interp(changed, 0.9 * budgets, 0.2 + 0.6 * (1 - np.exp(-speed * budgets)))

    truth = np.mean([at(12.0, c) - at(4.0, c) for c in (0.02, 0.05, 0.08)])
    assert lead == pytest.approx(truth, abs=0.015)


def test_a_family_without_arms_is_refused():
    with pytest.raises(ValueError, match="arms of entropy_base and the ends"):
        fewest_replacements(study({"delta_logp": 4.0, "kl_rl_base": 4.0}), seed=0)
