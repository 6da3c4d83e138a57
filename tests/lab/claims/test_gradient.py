"""How much of the gradient rare tokens carry: by hand, and with an interval over problems."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.gradient import gradient_mass, mass_by_problem, share_over_problems

TOKENS = pd.DataFrame(
    {
        "problem_id": [0, 0, 1, 1],
        "advantage": [1.0, -2.0, 0.5, 0.0],
        "logp": np.log([0.9, 0.2, 0.6, 0.1]),
    }
)


def test_the_mass_of_a_token_is_its_advantage_times_what_it_lacks_to_certainty():
    assert gradient_mass(TOKENS).tolist() == pytest.approx([0.1, 1.6, 0.2, 0.0])


def test_the_share_is_that_of_tokens_below_one_half():
    assert share_over_problems(mass_by_problem(TOKENS), draws=50, seed=0).value == pytest.approx(1.6 / 1.9)


def test_another_measure_of_the_gradient_may_be_shared_out():
    table = mass_by_problem(TOKENS, mass=pd.Series([1.0, 2.0, 1.0, 0.0]))
    assert table[["rare", "mass"]].to_numpy().tolist() == [[2.0, 3.0], [0.0, 1.0]]
    assert share_over_problems(table, draws=50, seed=0).value == pytest.approx(0.5)


def test_problems_are_drawn_whole():
    interval = share_over_problems(mass_by_problem(TOKENS), draws=200, seed=0)
    assert (interval.low, interval.high) == pytest.approx((0.0, 1.6 / 1.7))
