"""Replacement: on arms whose truth is known, shares of tokens and leads are found, with intervals that cover it."""

import doctest

import numpy as np
import pytest

from rlvr_direction.lab.claims import replacement
from rlvr_direction.lab.claims.replacement import (
    AGAINST,
    NEIGHBOURS,
    ORDER,
    best_minus_cold,
    log_ratios,
    ratio_to_reach,
    ratios_needed,
)

SPEEDS = {"delta_logp": 40.0, "kl_rl_base": 15.0, "entropy_base": 6.0, "random": 1.5}


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(replacement).failed == 0 < doctest.testmod(replacement).attempted


def test_a_target_that_is_never_reached_counts_as_one_and_a_dip_does_not_count():
    assert ratio_to_reach(np.array([0.0, 0.1]), np.array([0.2, 0.3]), 0.6) == 1.0
    dipping = ratio_to_reach(np.array([0.0, 0.1, 0.2, 0.3]), np.array([0.0, 0.6, 0.4, 0.9]), 0.55)
    assert 0.2 < dipping < 0.3


def test_without_the_fit_the_first_crossing_counts():
    first = ratio_to_reach(np.array([0.0, 0.1, 0.2, 0.3]), np.array([0.0, 0.6, 0.4, 0.9]), 0.55, fitted=False)
    assert first == pytest.approx(0.1 * 0.55 / 0.6)
    assert ratio_to_reach(np.array([0.0, 0.1]), np.array([0.2, 0.3]), 0.6, fitted=False) == 1.0


def test_shares_of_known_speeds_are_found(gates_table):
    table = ratios_needed(gates_table(SPEEDS, seeds=2, n=1500), "selected", draws=20)
    half = table[table["way"] == 0.5].set_index("family")
    for family in ("kl_rl_base", "entropy_base"):
        assert half.loc[family, "ratio"] == pytest.approx(np.log(2) / SPEEDS[family], rel=0.25)
    assert (table["low"] <= table["ratio"]).all() and (table["ratio"] <= table["high"]).all()


@pytest.mark.parametrize(("pairs", "parts"), [(AGAINST, 6), (NEIGHBOURS, 6), ((("kl_rl_base", "random"),), 2)])
def test_the_faster_gate_needs_fewer_of_either_kind(pairs, parts, gates_table):
    for of in ("selected", "changed"):
        found = log_ratios(gates_table(SPEEDS, seeds=2), of, pairs, draws=50)
        assert len(found) == parts and all(part.interval.high < 0 for part in found.values())
        assert all(len(part.seeds) == 2 and max(part.seeds) < 0 for part in found.values())


def test_equal_speeds_are_not_told_apart(gates_table):
    found = log_ratios(gates_table(dict.fromkeys(ORDER, 10.0), seeds=1), "selected", draws=50)
    assert all(part.interval.low <= 0 <= part.interval.high for part in found.values())


def test_each_seed_chooses_its_budget_on_calibration_problems(gates_table):
    table = gates_table({"delta_logp": 12.0}, cold=0.5, seeds=2)
    first = (table["purpose"] == "calibration") & (table["rl_seed"] == 0)
    table.loc[first, "correct"] = (table["budget"] == 0.01).astype(int)
    (part,) = best_minus_cold(table, draws=50).values()
    one, other = (0.2 + 0.6 * (1 - np.exp(-12 * budget)) - 0.5 for budget in (0.01, 0.4))
    assert part.seeds == pytest.approx([one, other], abs=0.08)
    assert part.interval.value == pytest.approx((one + other) / 2, abs=0.06)
