"""C2: twelve log ratios, each below zero on four of five RL seeds."""

from functools import partial

import pytest

from rlvr_direction.lab.first import c2

ORDERED = {"delta_logp": 40.0, "kl_rl_base": 15.0, "entropy_base": 6.0, "random": 1.5}
KL_FIRST = {**ORDERED, "delta_logp": 15.0, "kl_rl_base": 40.0}


@pytest.mark.parametrize(
    ("speeds", "of_seeds", "wanted"),
    [
        (ORDERED, ORDERED, "reproduced"),
        (ORDERED, KL_FIRST, "inconclusive"),
        (KL_FIRST, KL_FIRST, "not reproduced"),
        (KL_FIRST, ORDERED, "inconclusive"),
    ],
)
def test_the_order_must_hold_on_the_other_seeds_too(monkeypatch, replacement_table, speeds, of_seeds, wanted):
    monkeypatch.setattr(c2, "fewest_replacements", partial(c2.fewest_replacements, draws=40))
    (row,) = c2.judge({"replacement": {"a task": replacement_table(speeds, of_seeds=of_seeds)}})
    assert row.verdict == wanted and row.low <= row.value <= row.high
    assert ("delta_logp to kl_rl_base" in row.text) == (speeds == KL_FIRST)
