"""C4a: exact, by enumeration."""

import pytest

from rlvr_direction.lab.second import c4a


def test_the_expected_reward_never_falls_along_gamma():
    assert c4a.smallest_change(20, seed=0) > 0


def test_the_smallest_change_is_over_neighbouring_gammas(monkeypatch):
    some = c4a.smallest_change(20, seed=0)
    monkeypatch.setattr(c4a, "GAMMAS", (1.0, 0.0))
    assert c4a.smallest_change(20, seed=0) < 0 < some


@pytest.mark.parametrize(("change", "wanted"), [(0.1, "reproduced"), (0.0, "reproduced"), (-0.1, "not reproduced")])
def test_one_fall_refutes_it(monkeypatch, change, wanted):
    monkeypatch.setattr(c4a, "smallest_change", lambda n, seed: change)
    (row,) = c4a.judge({})
    assert (row.verdict, row.value, row.task, row.low, row.high) == (wanted, change, None, None, None)
