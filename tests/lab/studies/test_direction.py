"""Claim C1 over seeds: every score at both levels, and what was recorded is complete."""

import pytest

from rlvr_direction import records
from rlvr_direction.lab.studies import DATA
from rlvr_direction.lab.studies.direction import plan
from rlvr_direction.lab.tasks import TASKS


def test_a_part_is_a_seed():
    table = plan("pointer_tree", seeds=2, n=12)[1]()
    assert set(table["rl_seed"]) == {1} and "lead" in set(table["score"])


@pytest.mark.parametrize("task", TASKS)
def test_the_recorded_direction_study_has_five_seeds_of_two_thousand_problems(task):
    table = records.load(DATA / "direction" / f"{task}.parquet")
    assert sorted(table["rl_seed"].unique()) == [0, 1, 2, 3, 4]
    assert table.attrs["settings"]["problems"] == 2000 and "study direction" in table.attrs["command"]
    counts = table.groupby(["rl_seed", "level"])["score"].nunique().unstack()
    assert (counts["response"] == counts["token"] + 1).all() and counts["token"].nunique() == 1
