"""A claim of the first registration is judged by the second's rules of parts, in the cell it was registered for."""

import pandas as pd

from rlvr_direction.lab.first.claim import Claim, judge_tasks
from rlvr_direction.statistics import Interval

GAIN = Claim("X", "It gains.", "Above 0.", "01_x", "Gain over {part}", "accuracy difference", "s", minimum_gain=0.01)


def test_one_row_per_task_in_its_cell_with_the_part_that_decides():
    parts = {"a": Interval(0.05, 0.04, 0.06), "b": Interval(0.004, 0.001, 0.007)}
    rows = judge_tasks(GAIN, {"s": {"t": pd.DataFrame(), "u": pd.DataFrame()}}, lambda _: parts)
    assert [(row.task, row.cell) for row in rows] == [("t", "finished, top_p 1"), ("u", "finished, top_p 1")]
    assert rows[0].verdict == "not reproduced" and rows[0].text == "Gain over b" and rows[0].value == 0.004
