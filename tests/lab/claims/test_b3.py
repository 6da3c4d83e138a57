"""B3: the sum and the minimum are judged apart, at every stage and for both writers, without truncation."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import b3

STAGES = ("rl_010", "rl_080")


def cell(stage, writer, top_p, leads):
    """60 problems with two right and two wrong responses; a reward's lead is how much right ones have more of it."""
    rng = np.random.default_rng(0)
    correct = np.tile([0, 1, 0, 1], 60)
    rows = {"problem_id": np.repeat(np.arange(60), 4), "correct": correct, "n_tokens": 5, "answer": correct}
    rows |= {name: leads.get(name, 0) * correct + rng.normal(size=240) for name in ("sum", "minimum")}
    return pd.DataFrame(rows).assign(last=0.0, sum_logp_rl=0.0, stage=stage, writer=writer, top_p=top_p)


def study(weak, lead, *, everywhere=2.0):
    """A study in which a reward's lead is `everywhere`, but `lead` in the cell `weak`."""
    cells = [(stage, writer, top_p) for stage in STAGES for writer in ("base", "rl") for top_p in (1.0, 0.7)]
    made = [cell(*of, {"sum": lead if of == weak else everywhere, "minimum": 0.0}) for of in cells]
    return {"rewards": {"a task": pd.concat(made, ignore_index=True)}}


@pytest.mark.parametrize(
    ("lead", "wanted"), [(2.0, "reproduced"), (0.0, "inconclusive"), (-2.0, "not reproduced")], ids=str
)
def test_one_stage_and_writer_decide(lead, wanted):
    row, minimum = b3.judge(study(("rl_080", "rl", 1.0), lead))
    assert (row.claim, row.verdict) == (b3.CLAIM, wanted) and row.low <= row.value <= row.high
    assert minimum.claim is b3.MINIMUM and minimum.verdict != "reproduced"
    assert lead == 2 or "rl_080, written by rl" in row.text


def test_the_nucleus_is_not_judged():
    row, _ = b3.judge(study(("rl_080", "rl", 0.7), -2.0))
    assert row.verdict == "reproduced"


def test_a_stage_with_too_few_mixed_problems_leaves_it_open():
    table = study(("none", "", 1.0), 0.0)["rewards"]["a task"]
    solved = (table["stage"] == "rl_080") & (table["problem_id"] >= 10)
    row, _ = b3.judge({"rewards": {"a task": table.assign(correct=table["correct"].where(~solved, 1))}})
    assert (row.verdict, row.low, row.high) == ("inconclusive", 0, 1) and "rl_080" in row.text
