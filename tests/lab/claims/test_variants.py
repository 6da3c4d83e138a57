"""A verdict under other rules: one choice at a time, by the claim's own `judge`, on the cell that decides."""

import json
from types import ModuleType

import pandas as pd
import pytest

from rlvr_direction.lab.checkout import DATA
from rlvr_direction.lab.claims import c1, c4t, recorded, registry, variants
from rlvr_direction.lab.claims.axes import GAIN, OVER_SEEDS, Axis
from rlvr_direction.lab.claims.claim import Claim, Part, as_records, judge_cells
from rlvr_direction.lab.claims.verdicts import NothingToJudge
from rlvr_direction.lab.regime import CELLS, DECIDING
from rlvr_direction.statistics import Interval

VERDICTS = json.loads((DATA / "claims" / "cpu.json").read_text())
KEPT = json.loads((DATA / "claims" / "variants.json").read_text())
CLAIM = Claim("X", "It works.", "Above 0.", "chapter", "Gain over {part}", "accuracy", study="s", minimum_gain=0.01)


def judge(recorded, claim=CLAIM, *, nothing=False):
    def parts_of(table):
        if nothing:
            raise NothingToJudge("no share is reached")
        gains = table["gain"].tolist()
        mean = sum(gains) / len(gains)
        first = Part(Interval(mean, mean - 0.01, mean + 0.01), gains if len(gains) > 1 else None)
        return {"first": first, "second": Interval(0.3, 0.2, 0.4)}

    return judge_cells(claim, recorded, parts_of)


AXES = (
    GAIN,
    OVER_SEEDS,
    Axis("Parts", "both", {"second": {"only": "second"}, "first": {"only": "first"}, "none": {"nothing": True}}),
)


GAINS = {str(DECIDING): [0.02, 0.02, 0.02, 0.02, -0.04], str(CELLS[1]): [0.5]}
ROWS = [(cell, seed, gain) for cell, gains in GAINS.items() for seed, gain in enumerate(gains)]
TABLES = {"s": {"a task": pd.DataFrame(ROWS, columns=["cell", "rl_seed", "gain"])}}


@pytest.fixture
def survey(monkeypatch):
    module = ModuleType("of_the_test")
    module.CLAIM, module.AXES, module.judge = CLAIM, AXES, judge
    monkeypatch.setattr(variants, "MODULES", [module])
    verdicts = as_records(judge(TABLES))
    return verdicts, variants.survey(TABLES, verdicts)


def test_each_choice_is_judged_by_itself_on_the_deciding_cell(survey):
    (verdict,), rows = survey
    found = {(row["axis"], row["choice"]): row["verdict"] for row in rows}
    assert verdict["verdict"] == "inconclusive"
    assert found.pop(("Setting", str(CELLS[1]))) == "reproduced"
    assert found.pop(("Parts", "second")) == "reproduced"
    assert found.pop(("RL seeds", "without seed 4")) == "reproduced"
    assert found.pop(("Gain asked for", "above 0, and 2 points not ruled out")) == "not reproduced"
    assert set(found.values()) == {"inconclusive"} and ("Parts", "none") not in found
    assert ("Parts", "first") not in found  # the part that decides: the numbers are the verdict's own
    assert {(row["id"], row["task"]) for row in rows} == {("X", "a task")}


def test_a_neighbour_with_nothing_to_judge_is_no_choice(survey):
    (verdict,), rows = survey
    (beside,) = verdict["neighbours"]
    found = variants.survey(TABLES, [verdict | {"neighbours": [beside | {"vacuous": True}]}])
    assert found == [row for row in rows if row["axis"] != variants.SETTING] and len(found) == len(rows) - 1


@pytest.mark.parametrize(
    ("verdict", "change", "can"),
    [
        ("not reproduced", {"bound": 0.05}, False),
        ("not reproduced", {"minimum_gain": 0.0}, True),
        ("not reproduced", {"bound": 0.05, "only": "second"}, True),
        ("reproduced", {"minimum_gain": 0.0}, False),
        ("reproduced", {"minimum_gain": 0.0, "bound": 0.01}, True),
        ("inconclusive", {"bound": 0.05}, True),
    ],
)
def test_a_choice_that_could_not_change_the_verdict_is_none(monkeypatch, verdict, change, can):
    module = ModuleType("of_the_test")
    module.CLAIM, module.AXES, module.judge = CLAIM, (Axis("Numbers", "as they are", {"others": change}),), judge
    monkeypatch.setattr(variants, "MODULES", [module])
    gains = {"not reproduced": -0.05, "reproduced": 0.05, "inconclusive": 0.005}
    tables = {"s": {"a task": pd.DataFrame({"cell": str(DECIDING), "rl_seed": [0], "gain": [gains[verdict]]})}}
    (recorded,) = as_records(judge(tables))
    assert recorded["verdict"] == verdict
    assert bool(variants.survey(tables, [recorded])) is can


def test_a_verdict_survives_the_choices_that_say_the_same(survey):
    (verdict,), rows = survey
    same, others = variants.survives(rows, verdict)
    assert (same, others) == (len(rows) - 4, len(rows)) and others == 1 + 3 + 1 + 1 + 5
    assert variants.survives(rows, verdict | {"task": "another"}) == (0, 0)


def test_pooled_seeds_are_looked_at_one_by_one():
    (verdict,) = [v for v in VERDICTS if (v["id"], v["task"]) == ("C1", "arithmetic")]
    rows = variants.survey(recorded(c1.CLAIM.study), [verdict])
    alone = [row for row in rows if row["axis"] == "RL seeds"]
    assert [row["choice"] for row in alone] == [f"only seed {seed}" for seed in range(5)]
    assert len({row["value"] for row in alone}) == 5


def test_a_claim_without_choices_is_not_asked_about():
    assert variants.survey({}, [v for v in VERDICTS if v["id"] == c4t.CLAIM.id]) == []


def test_every_deciding_verdict_with_choices_is_recorded_and_starts_from_what_is_recorded_of_it():
    axes = {module.CLAIM.id for module in registry.MODULES if hasattr(module, "AXES")}
    asked = {(v["id"], v["task"]) for v in VERDICTS if v["deciding"] and v["id"] in axes}
    others = [row["axis"] for row in KEPT if (row["id"], row["task"]) not in asked]
    assert asked <= {(row["id"], row["task"]) for row in KEPT} and set(others) <= {"RL seeds", "Setting"}
    assert all(row["choice"] != row["registered"] for row in KEPT)
    for verdict in VERDICTS:
        settings = [
            row for row in KEPT if (row["id"], row["task"], row["axis"]) == (verdict["id"], verdict["task"], "Setting")
        ]
        beside = {cell["cell"]: cell["verdict"] for cell in verdict["neighbours"]}
        assert all(beside[row["choice"]] == row["verdict"] for row in settings)


@pytest.mark.parametrize("id", ["C1", "C1h", "C3a", "C4c", "B1"])
def test_what_is_recorded_is_what_the_recorded_data_say(id):
    """The claims that are judged in a moment; the others take minutes together, and are judged by `make book` alone."""
    asked = [verdict for verdict in VERDICTS if verdict["id"] == id]
    module = {module.CLAIM.id: module for module in registry.MODULES}[id]
    found = variants.survey(recorded(module.CLAIM.study, *module.CLAIM.also), asked)
    assert found == [row for row in KEPT if row["id"] == id]
