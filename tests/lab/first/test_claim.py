"""A judgement holds the numbers of the part that decides; exact ones have no interval."""

import pandas as pd

from rlvr_direction.lab.first.claim import Claim, Part, judge_tasks
from rlvr_direction.statistics import Interval

GAIN = Claim("X", "It gains.", "Above 0.", "01_x", "Gain over {part}", "accuracy difference", "s", minimum_gain=0.01)
LOSS = Claim("Y", "It loses.", "Below 0.", "01_x", "Loss over {part}", "accuracy difference", "s", below=True)
PARTS = {"a": Interval(0.05, 0.04, 0.06), "b": Interval(0.06, 0.02, 0.1)}


def test_the_part_nearest_to_failing_gives_the_numbers():
    (row,) = judge_tasks(GAIN, {"s": {"t": pd.DataFrame()}}, lambda _: PARTS)
    assert (row.verdict, row.value, row.low, row.high, row.text) == ("reproduced", 0.06, 0.02, 0.1, "Gain over b")
    (row,) = judge_tasks(LOSS, {"s": {"t": pd.DataFrame()}}, lambda _: PARTS)
    assert (row.verdict, row.value, row.text) == ("not reproduced", 0.06, "Loss over b")


def test_every_part_must_hold_on_its_seeds():
    parts = {"a": Part(PARTS["a"], [0.1] * 5), "b": Part(PARTS["b"], [0.1, 0.1, 0.1, -0.1, -0.1])}
    (row,) = judge_tasks(GAIN, {"s": {"t": pd.DataFrame()}}, lambda _: parts)
    assert row.verdict == "inconclusive"
