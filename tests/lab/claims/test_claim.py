"""A judgement holds the numbers of the part that decides; exact ones have no interval."""

import json

import pandas as pd
import pytest

from rlvr_direction.lab.claims.claim import Claim, Part, as_record, exactly, judge_tasks
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


def test_a_number_without_error_has_no_interval_and_may_have_other_conditions():
    row = exactly(LOSS, None, -1.0, "it")
    assert (row.verdict, row.low, row.high, row.cell) == ("reproduced", None, None, None)
    assert exactly(LOSS, None, -1.0, "it", holds=False).verdict == "not reproduced"


@pytest.mark.parametrize(("claim", "better"), [(GAIN, "higher"), (LOSS, "lower")])
def test_a_record_is_json_with_the_rule_the_unit_and_the_good_direction_to_four_digits(claim, better):
    (row,) = judge_tasks(claim, {"s": {"t": pd.DataFrame()}}, lambda _: {"a": Interval(0.0123456, 0.01, 0.02)})
    record = as_record(row)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert (record["value"], record["better"], record["unit"]) == (0.01235, better, "accuracy difference")
    assert {"rule", "bound", "minimum_gain", "deterministic", "departures", "registration"} <= set(record)
