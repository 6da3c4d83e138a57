"""The study of gates: every rule finds its arms, thresholds are calibrated inside parts, and an arm has its label."""

import pandas as pd
import pytest

from rlvr_direction.interventions import parse
from rlvr_direction.lab.claims import b5, c2f, c2g, replacement
from rlvr_direction.lab.regime import CELLS, DECIDING
from rlvr_direction.lab.studies import arms as arms_module
from rlvr_direction.lab.studies import gates

TASK = "pointer_tree"


@pytest.fixture(scope="module")
def few():
    """Thirty calibration problems."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arms_module, "CALIBRATION", 30)
        arms_module._calibration_scores.cache_clear()
        yield
    arms_module._calibration_scores.cache_clear()


@pytest.fixture
def planned(monkeypatch):
    """The parts of a plan for a task, for any checkpoints."""
    monkeypatch.setattr(gates, "checkpoint", lambda *_: "rl_020")
    return lambda task: gates.plan(task, seeds=5, n=2000)


def asked(parts, cell, rl_seed, purpose="judged", make=None):
    """The (family, budget) that the parts of `measure` run in one cell with one seed, in order."""
    return [
        which
        for part in parts
        if part.func is gates.measure
        and part.args[1:3] == (cell, rl_seed)
        and part.keywords.get("purpose", "judged") == purpose
        and part.keywords.get("make") is make
        for which in part.args[3]
    ]


@pytest.mark.parametrize("task", ["arithmetic", "worded"])
def test_every_cell_and_seed_has_the_arms_that_a_rule_names(task, planned):
    parts = planned(task)
    needed = {"nowhere", "everywhere", *replacement.ORDER, *c2f.RIVALS, c2f.MAGNITUDE, *c2g.RIVALS, *b5.RIVALS}
    for cell, rl_seed in [(DECIDING, seed) for seed in range(5)] + [(cell, 0) for cell in CELLS]:
        here = asked(parts, cell, rl_seed)
        assert {family for family, _ in here} == needed and len(here) == len(set(here))
        budgets = [budget for family, budget in here if family == "delta_logp"]
        assert [budget for _, budget in asked(parts, cell, rl_seed, "calibration")] == budgets
    assert not asked(parts, CELLS[1], 1)


def test_worded_has_few_arms_a_few_at_a_time_and_no_additions(planned):
    parts = planned("worded")
    assert len(asked(parts, DECIDING, 0)) <= 41
    assert max(len(part.args[3]) for part in parts if part.func is gates.measure) <= 2
    assert {part.keywords["n"] for part in parts} == {800, 500}
    assert not asked(parts, DECIDING, 0, make=gates.backward)


def test_the_additions_are_of_seed_0_in_the_deciding_cell(planned):
    parts = planned("arithmetic")
    for make, families in ((gates.backward, gates.BACKWARD[0]), (gates.sampled, gates.SAMPLED[0])):
        assert {family for family, _ in asked(parts, DECIDING, 0, make=make)} == set(families)
        assert not asked(parts, DECIDING, 1, make=make) and not asked(parts, CELLS[2], 0, make=make)


def test_cold_rl_is_chosen_once_for_the_cells_of_a_stage(planned):
    found = [part.args[1:] for part in planned("arithmetic") if part.func is gates.cold]
    unfinished, finished = CELLS[:2], CELLS[2:]
    assert sorted(found) == sorted([(unfinished, 0), (finished, 0), *(((DECIDING,), seed) for seed in range(1, 5))])


def test_a_seed_without_a_checkpoint_is_found_before_anything_is_measured():
    with pytest.raises(FileNotFoundError, match="no RL run of seed 5"):
        gates.plan(TASK, seeds=50, n=5)


def test_a_part_calibrates_and_runs_its_arms_on_judged_problems(few):
    table = gates.measure(TASK, DECIDING, 0, (("nowhere", 0.0), ("delta_logp", 0.1), ("coin", 0.1)), n=12)
    assert len(table) == 3 * 12 and set(table["purpose"]) == {"judged"} and set(table["top_p"]) == {0.7}
    where = table.drop_duplicates("family").set_index("family")["where"]
    assert where["nowhere"] == "nowhere" and where["coin"] == f"random:mass({where['delta_logp']})"
    assert table.loc[table["family"] == "nowhere", "n_selected"].sum() == 0


def test_backward_arms_let_rl_write_and_the_base_act(few):
    table = gates.measure(TASK, DECIDING, 0, (("delta_logp", 0.1),), n=6, make=gates.backward)
    (arm,) = table[["family", "gamma", "propose", "where"]].drop_duplicates().to_dict("records")
    assert (arm["family"], arm["gamma"], arm["propose"]) == ("backward delta_logp", -1.0, "rl")
    assert parse(arm["where"]).side == ">="


@pytest.mark.parametrize("family", gates.SAMPLED[0])
def test_a_gate_on_truncated_policies_says_so_and_fires_on_its_budget_at_least(few, family):
    arm = gates.sampled(TASK, DECIDING, 0, family, 0.4)
    assert arm.family == f"sampled {family}" and arm.where.startswith(f"sampled:{family}")
    table = gates.measure(TASK, DECIDING, 0, ((family, 0.4),), n=20, make=gates.sampled)
    assert table["n_selected"].sum() > 0.2 * table["n_tokens"].sum()


def test_cold_rl_has_its_rows_in_every_cell_of_its_stage(monkeypatch):
    arm = arms_module.Arm.of(TASK, DECIDING, 0, "cold rl", "everywhere", budget=1.0, temperature=0.5)
    tried = pd.DataFrame({"family": ["cold rl"], "purpose": ["calibration"], "cell": [str(DECIDING)]})
    monkeypatch.setattr(gates, "cold_rl", lambda *_: (arm, tried))
    table = gates.cold(TASK, CELLS[:2], 0, n=4)
    sizes = table.groupby(["cell", "purpose"]).size().to_dict()
    assert sizes == {(str(c), p): k for c in CELLS[:2] for p, k in (("judged", 4), ("calibration", 1))}
    assert set(table.loc[table["purpose"] == "judged", "temperature"]) == {0.5}
