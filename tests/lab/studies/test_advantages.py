"""The study of advantages on a few problems: one row per drawn position, the learnt head in the deciding cell."""

import pytest

from rlvr_direction.lab.studies import advantages as module


@pytest.fixture(autouse=True, scope="module")
def tiny():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"CALIBRATION": 10, "TUNING": 6, "CONTINUATIONS": 1}.items():
            patch.setattr(module, name, value)
        module._head.cache_clear()
        yield
    module._head.cache_clear()


def test_a_part_has_every_score_and_counts_up_to_its_rollouts():
    table = module.measure("arithmetic", "unfinished", 0, 0.7, 5)
    assert set(table["cell"]) == {"unfinished, top_p 0.7"} and table["problem_id"].between(0, 4).all()
    assert table.notna().all().all() and {"delta_logp", "mass", "q_head", "chance"} <= set(table.columns)
    assert table[["kept_1", "replaced_2"]].isin([0, 1]).all().all()


def test_the_learnt_gate_is_run_beside_delta_logp_on_the_problems_that_judge():
    table = module._head_arms("arithmetic", 0, 4)
    assert sorted(set(table["family"])) == ["delta_logp", "q_head"] and len(table) == 8


def test_every_seed_has_three_stages_and_the_first_has_both_samplings():
    assert len(module.plan("arithmetic", seeds=5, n=10)) == 18
    of_worded = [(part.args[1], part.args[2]) for part in module.plan("worded", seeds=5, n=10)]
    assert of_worded == [*((stage, 0) for stage in 2 * module.STAGES), *(("unfinished", seed) for seed in range(1, 5))]
    assert len(module.plan_head("arithmetic", seeds=5, n=10)) == 5
