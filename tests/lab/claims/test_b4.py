"""B4: a row per task and sampling, the paper's first."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import b4
from rlvr_direction.lab.claims.travel import Runs
from rlvr_direction.statistics import Interval


def runs(n):
    """As many RL runs of two steps, without what they reached."""
    return Runs(np.arange(n), np.array([0.0, 10.0, 10.0, 20.0, 20.0]), np.array([0.0, 0, 1, 0, 1]), None, None)


@pytest.mark.parametrize(
    ("interval", "wanted", "said"),
    [
        (Interval(0.9, 0.7, 1.1), "reproduced", "inside"),
        (Interval(0.4, 0.2, 0.6), "reproduced", "outside"),
        (Interval(0.1, -0.1, 0.3), "inconclusive", "outside"),
        (Interval(-0.2, -0.3, -0.1), "not reproduced", "outside"),
        (Interval(4.0, 2.0, 5.0), "reproduced", "reaches an end of the values tried"),
    ],
)
def test_going_forward_is_what_is_claimed_and_c_1_is_said_beside(monkeypatch, interval, wanted, said):
    monkeypatch.setattr(b4, "runs_of", lambda table: runs(1))
    monkeypatch.setattr(b4, "speed", lambda runs: (interval, None))
    places = [(0.0, 1.0), (1.0, 0.7), (1.0, 1.0)]
    table = pd.DataFrame(places, columns=["temperature", "top_p"])
    rows = b4.judge({"travel": {"arithmetic": table}})
    assert [(row.cell, row.deciding) for row in rows] == [
        ("T 1, top_p 0.7", True),
        ("T 0, top_p 1", False),
        ("T 1, top_p 1", False),
    ]
    assert {row.verdict for row in rows} == {wanted} and said in rows[0].text
    assert {row.note for row in rows} == {"Of one RL run, at the 2 steps that were kept."}


def test_four_of_five_runs_must_agree(monkeypatch):
    monkeypatch.setattr(b4, "runs_of", lambda table: runs(5))
    monkeypatch.setattr(b4, "speed", lambda runs: (Interval(0.5, 0.2, 0.8), [1.0, 1.0, 1.0, -0.1, -0.1]))
    (row,) = b4.judge({"travel": {"arithmetic": pd.DataFrame({"temperature": [1.0], "top_p": [0.7]})}})
    assert row.verdict == "inconclusive" and not row.note
