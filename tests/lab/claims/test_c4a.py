"""C4a: exact, by enumeration."""

from rlvr_direction.lab.claims import c4a


def test_the_expected_reward_never_falls_along_gamma():
    (row,) = c4a.judge({})
    assert (row.verdict, row.task, row.low, row.high) == ("reproduced", None, None, None)
    assert 0 < row.value <= c4a.smallest_change(20, seed=0)


def test_the_smallest_change_is_over_all_gammas(monkeypatch):
    some = c4a.smallest_change(20, seed=0)
    monkeypatch.setattr(c4a, "GAMMAS", (1.0, 0.0))
    assert c4a.smallest_change(20, seed=0) < 0 < some
