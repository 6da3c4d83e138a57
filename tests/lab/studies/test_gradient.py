"""Claims C3a and C3b as studies: a part per stage, and what was recorded is complete."""

import pytest

from rlvr_direction import records
from rlvr_direction.lab.claims.gradient import share_over_problems
from rlvr_direction.lab.studies import DATA
from rlvr_direction.lab.studies.gradient import POLICIES, plan, plan_lemma
from rlvr_direction.lab.tasks import TASKS


def test_a_part_holds_the_mass_of_one_stage_by_problem():
    start, end = (part() for part in plan("pointer_tree", seeds=1, n=6))
    assert [set(table["stage"]) for table in (start, end)] == [{stage} for stage in POLICIES]
    assert start["problem_id"].is_unique and (start["rare"] <= start["mass"]).all()
    assert 0.2 < share_over_problems(start, draws=10, seed=0).value < 0.9


def test_the_lemma_holds_to_rounding_on_a_few_problems():
    (part,) = plan_lemma("pointer_tree", seeds=1, n=4)
    (row,) = part().itertuples()
    assert row.tokens > 50 and row.error < 1e-9 and row.gradient_of_clipped == 0


@pytest.mark.parametrize("task", TASKS)
def test_the_recorded_studies_have_both_stages_and_clipped_tokens(task):
    table = records.load(DATA / "gradient" / f"{task}.parquet")
    assert table.groupby("stage")["problem_id"].nunique().to_dict() == dict.fromkeys(POLICIES, 400)
    assert records.load(DATA / "lemma" / f"{task}.parquet")["clipped"].min() > 100
