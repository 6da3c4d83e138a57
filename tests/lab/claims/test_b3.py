"""B3: the sum is judged at every stage and for both writers, without truncation."""

import pytest

from rlvr_direction.lab.claims import b3

EVERYWHERE = {"sum": 2.0}


@pytest.mark.parametrize(
    ("lead", "wanted"), [(2.0, "reproduced"), (0.0, "inconclusive"), (-2.0, "not reproduced")], ids=str
)
def test_one_stage_and_writer_decide(rewards_table, lead, wanted):
    recorded = rewards_table(EVERYWHERE, of_cell={("rl_080", "rl", 1.0): {"sum": lead}})
    (row,) = b3.judge(recorded)
    assert (row.claim, row.verdict) == (b3.CLAIM, wanted) and row.low <= row.value <= row.high
    assert lead == 2 or "rl_080, written by rl" in row.text


def test_the_nucleus_is_not_judged(rewards_table):
    (row,) = b3.judge(rewards_table(EVERYWHERE, of_cell={("rl_080", "rl", 0.7): {"sum": -2.0}}))
    assert row.verdict == "reproduced"


def test_a_stage_with_too_few_mixed_problems_leaves_it_open(rewards_table):
    table = rewards_table(EVERYWHERE)["rewards"]["a task"]
    solved = (table["stage"] == "rl_080") & (table["problem_id"] >= 10)
    (row,) = b3.judge({"rewards": {"a task": table.assign(correct=table["correct"].where(~solved, 1))}})
    assert (row.verdict, row.low, row.high) == ("inconclusive", 0, 1) and "rl_080" in row.text
