"""A claim is judged in every recorded cell; only the deciding one is a verdict."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.claim import Claim, Part, as_records, exactly, judge_cells, judge_tasks
from rlvr_direction.lab.claims.verdicts import NothingToJudge
from rlvr_direction.lab.regime import CELLS, DECIDING
from rlvr_direction.statistics import Interval, paired_t

CLAIM = Claim("X", "It works.", "Above 0.", "chapter", "Least gain: {part}", "accuracy", study="s", minimum_gain=0.01)


def gains(table):
    return {"a": Part(Interval(0.3, 0.2, 0.4)), "b": Interval(*(table["gain"].iloc[0] + d for d in (0, -0.05, 0.05)))}


def test_every_cell_has_a_row_and_the_deciding_one_comes_first():
    table = pd.DataFrame({"cell": [str(CELLS[2]), str(DECIDING)], "gain": [-0.2, 0.2]})
    first, second = judge_cells(CLAIM, {"s": {"arithmetic": table}}, gains)
    assert (first.cell, first.deciding, first.verdict) == (str(DECIDING), True, "reproduced")
    assert (second.cell, second.deciding, second.verdict) == (str(CELLS[2]), False, "not reproduced")
    assert first.text == "Least gain: b" and second.value == -0.2


def test_the_number_shown_is_of_a_part_that_reads_as_the_whole_does():
    wide, small = Interval(0.005, -0.02, 0.03), Interval(0.0, -0.005, 0.005)
    recorded = {"s": {"arithmetic": pd.DataFrame({"gain": [0.2]})}}
    (row,) = judge_tasks(CLAIM, recorded, lambda _: {"wide": wide, "small": small})
    assert (row.verdict, row.text, row.high) == ("not reproduced", "Least gain: small", 0.005)


def test_a_row_says_where_the_seeds_decided_and_names_its_part_in_words():
    recorded = {"s": {"arithmetic": pd.DataFrame({"gain": [0.2]})}}
    part = Part(Interval(0.3, 0.2, 0.4), [0.9, 0.9, -0.1, -0.1, -0.1])
    (row,) = judge_tasks(CLAIM, recorded, lambda _: {"coin at 2%": part})
    assert (row.verdict, row.text) == ("inconclusive", "Least gain: the matched coin at 2 %")
    assert row.note == "Too few of 5 RL seeds have the sign of the estimate."
    (row,) = judge_tasks(CLAIM, recorded, lambda _: {"coin at 2%": part._replace(seeds=[0.3] * 5)})
    assert (row.verdict, row.note) == ("reproduced", "")


def test_a_departure_on_one_task_is_told_on_that_task_alone():
    claim = replace(CLAIM, departures=("On worded fewer budgets.", "Both are looked at."))
    rows = [exactly(claim, task, 0.5, "text") for task in ("worded", "arithmetic")]
    kept = [record["departures"] for record in as_records(rows)]
    assert kept == [["On worded fewer budgets.", "Both are looked at."], ["Both are looked at."]]


def test_a_study_without_cells_has_a_row_per_task():
    recorded = {"s": {"arithmetic": pd.DataFrame({"gain": [0.2]}), "pointer_tree": pd.DataFrame({"gain": [0.01]})}}
    assert [(r.task, r.verdict) for r in judge_tasks(CLAIM, recorded, gains)] == [
        ("arithmetic", "reproduced"),
        ("pointer_tree", "inconclusive"),
    ]


def test_an_exact_number_has_no_interval_and_a_record_says_what_supports_it():
    row = exactly(CLAIM, "arithmetic", 0.5, "text")
    (record,) = as_records([row])
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert (record["verdict"], record["low"]) == ("reproduced", None)
    assert record["reading"] == "accuracy; above 0 supports it" and record["deciding"] and record["neighbours"] == []
    assert exactly(CLAIM, None, 0.5, "text", holds=False).verdict == "not reproduced"


def test_rows_beside_a_verdict_are_kept_with_it_and_numbers_have_four_digits():
    table = pd.DataFrame({"cell": list(map(str, CELLS)), "gain": [0.2, 0.123456, -0.2, 0.01]})
    other = pd.DataFrame({"cell": [str(CELLS[1])], "gain": [0.2]})
    first, alone = as_records(judge_cells(CLAIM, {"s": {"arithmetic": table, "worded": other}}, gains))
    assert first["cell"] == str(DECIDING) and [row["cell"] for row in first["neighbours"]] == list(map(str, CELLS[1:]))
    assert first["neighbours"][0]["value"] == 0.1235 and first["neighbours"][1]["verdict"] == "not reproduced"
    assert (alone["task"], alone["deciding"], alone["neighbours"]) == ("worded", False, [])


def test_a_reader_may_ask_for_some_parts_or_for_intervals_over_rl_seeds():
    seeds = [0.02, 0.03, 0.01, 0.02, 0.02]
    parts = {"a": Part(Interval(0.02, -0.01, 0.05), seeds), "b": Interval(-0.2, -0.3, -0.1)}
    recorded = {"s": {"arithmetic": pd.DataFrame()}}

    def judged(**changes):
        return judge_tasks(replace(CLAIM, **changes), recorded, lambda _: parts)[0]

    assert judged().verdict == "not reproduced" and judged(only="a").verdict == "inconclusive"
    row = judged(only="a", over_seeds=True)
    assert row.verdict == "reproduced" and (row.low, row.high) == tuple(map(float, paired_t(np.array(seeds))[1:]))
    with pytest.raises(NothingToJudge):
        judged(only="c")
