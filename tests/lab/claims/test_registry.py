"""Every claim under its id; the recorded verdicts are what the recorded data say; a change by hand is noticed."""

import json
import shutil
from dataclasses import replace
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.lab.checkout import DATA, ROOT
from rlvr_direction.lab.claims import CLAIMS, c1, c2, c2c, c3b, judge_all, recorded, registry, verdict_records
from rlvr_direction.lab.claims.leads import CHANGED
from rlvr_direction.lab.regime import DECIDING
from rlvr_direction.lab.studies.gates import ENDS, RIVALS, WORDED
from rlvr_direction.lab.tasks import SMALL_TASKS

PAGE = ROOT / "book" / "reproducibility.md"
KEPT = json.loads((DATA / "claims" / "cpu.json").read_text())
PAPER = ["C1", "C1h", "C2", "C2c", "C2f", "C2g", "C2h", "C3a", "C3b", "C3c"]
PAPER += ["C4a", "C4t", "C4b", "C4c", "C4h", "C5a", "C5b", "C5c"]
OURS = ["B1", "B2", "B2q", "B3", "B3m", "B4", "B5"]


@pytest.fixture(scope="module")
def tables():
    """All that is recorded, read once."""
    return recorded()


def rejudged(module):
    """One claim judged anew, and what was kept of it."""
    now = verdict_records(module.judge(recorded(module.CLAIM.study), module.CLAIM))
    return now, [record for record in KEPT if record["id"] == module.CLAIM.id]


def test_every_claim_is_there_under_its_id_with_its_rule():
    assert list(CLAIMS) == PAPER + OURS
    for key, claim in CLAIMS.items():
        assert claim.id == key and claim.statement.rstrip(")")[-1] == "." and claim.rule.endswith(".")
        assert claim.ours == (key in OURS)
        assert all(departure.endswith(".") for departure in claim.departures)


def test_the_page_on_reproducibility_has_every_departure_and_says_rightly_whether_a_verdict_turns(tables):
    rows = [line.replace(r"\|", "|").split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    cells = [(row[0].removeprefix("| ").split(", "), row[2]) for row in rows if len(row) == 4]
    said = [(claim, departure) for claims, departure in cells for claim in claims if claim in CLAIMS]
    assert sorted(said) == sorted((claim.id, said) for claim in CLAIMS.values() for said in claim.departures)

    def verdicts(claim, cell=None):
        kept = [row for row in KEPT if row["id"] == claim]
        found = [neighbour for row in kept for neighbour in row["neighbours"]] if cell else kept
        return [row["verdict"] for row in found if not cell or row["cell"] == cell]

    thinned = {"gates": {task: _as_on_worded(tables["gates"][task]) for task in SMALL_TASKS}}
    for module in (c2, c2c):
        assert [row.verdict for row in module.judge(thinned)] == verdicts(module.CLAIM.id)[:2]
    other = json.loads((DATA / "claims" / "variants.json").read_text())
    turned = {row["task"]: row["verdict"] for row in other if (row["id"], row["choice"]) == ("C2f", "selected")}
    assert verdicts("C2f") == ["reproduced", "not reproduced", "reproduced"]
    assert turned == dict.fromkeys(["arithmetic", "pointer_tree", "worded"], "reproduced")
    assert {*verdicts("C3b"), *verdicts("C3b", c3b.WITHIN)} == {"not reproduced"}
    assert {*verdicts("B1"), *verdicts("B1", "unfinished, top_p 1")} == {"reproduced"}


@pytest.mark.parametrize("task", SMALL_TASKS)
def test_straight_lines_between_budgets_cost_half_a_point_at_most_as_the_page_says(task, tables):
    """delta_logp's accuracy at the shares that are compared, with all its budgets and with those of its rivals."""
    table = tables["gates"][task]
    table = table[(table["purpose"] == "judged") & table["family"].isin(["nowhere", "delta_logp"])]
    for _, rows in table.groupby("cell"):
        sums = rows.groupby("budget")[["correct", "samples", "n_changed", "n_tokens"]].sum()
        curve = pd.DataFrame({"at": sums["n_changed"] / sums["n_tokens"], "right": sums["correct"] / sums["samples"]})
        few = curve[curve.index.isin([0, *RIVALS])].sort_values("at")
        both = [np.interp(CHANGED, of["at"], of["right"]) for of in (curve.sort_values("at"), few)]
        assert len(few) < len(curve) and np.abs(both[0] - both[1]).max() < 0.005


def _as_on_worded(table):
    """The deciding cell of a small task with no more budgets per gate than were run on `worded`."""
    here = table[table["cell"] == str(DECIDING)]
    asked = {*ENDS, *((family, budget) for family, budgets in WORDED.items() for budget in budgets)}
    return here[[pair in asked for pair in zip(here["family"], here["budget"], strict=True)]]


@pytest.mark.parametrize("module", registry.MODULES, ids=lambda module: module.CLAIM.id)
def test_the_recorded_verdicts_are_what_the_recorded_data_say(monkeypatch, module, tables):
    """Where this fails although nothing was changed by hand: `make book` records the verdicts anew."""
    monkeypatch.setattr(registry, "MODULES", [module])
    kept = [record for record in KEPT if record["id"] == module.CLAIM.id]
    assert verdict_records(judge_all(tables)) == kept


def test_more_than_half_of_the_claims_read_differently_on_the_two_small_tasks_as_the_page_for_teachers_says():
    found = {task: {row["id"]: row["verdict"] for row in KEPT if row["task"] == task} for task in SMALL_TASKS}
    first, second = (set(of_task.items()) for of_task in found.values())
    assert len(first - second) == len(second - first) > len(first) / 2
    assert "More than half of the claims read differently on arithmetic" in PAGE.with_name("teaching.md").read_text()


def test_a_claim_is_judged_by_its_id_and_tables_are_read_of_the_tasks_asked_for():
    rows = registry.judged("C3b", "C4a")
    assert verdict_records(rows) == [record for record in KEPT if record["id"] in ("C3b", "C4a")]
    assert set(recorded("gradients", tasks=["arithmetic"])["gradients"]) == {"arithmetic"}
    with pytest.raises(KeyError, match="C9"):
        registry.judged("C9")


def test_the_recorded_verdicts_stand_in_the_order_of_the_claims():
    ids = [record["id"] for record in KEPT]
    assert ids == sorted(ids, key=[*CLAIMS].index)


def test_a_claim_is_judged_on_the_tasks_of_which_all_is_recorded_and_waits_for_both_small_ones(monkeypatch):
    module, asked = ModuleType("of_the_test"), []
    module.CLAIM = replace(c1.CLAIM, study="a", also=("b",))
    module.judge = lambda known: asked.append({study: sorted(tables) for study, tables in known.items()}) or []
    monkeypatch.setattr(registry, "MODULES", [module])

    def judge(**tasks):
        judge_all({study: dict.fromkeys(of, pd.DataFrame()) for study, of in tasks.items()})

    both = ["arithmetic", "pointer_tree"]
    judge(a=[*both, "worded"], b=both, c=["worded"])
    judge(a=both, b=["pointer_tree"])
    judge(a=both)
    assert asked == [{"a": both, "b": both, "c": ["worded"]}]
    module.CLAIM = replace(module.CLAIM, deterministic=True, also=())
    judge(a=["arithmetic"])
    assert asked[1:] == [{"a": ["arithmetic"]}]


def test_exact_verdicts_have_no_interval_and_all_others_have_one():
    for record in KEPT:
        assert record["deterministic"] == (record["low"] is None) == (record["high"] is None)


def test_an_edited_verdict_is_noticed():
    now, kept = rejudged(c3b)
    assert now == kept
    for edit in ("verdict", "value", "low", "task", "neighbours"):
        assert now != [kept[0] | {edit: None}, *kept[1:]]


@pytest.mark.parametrize("change", [{"bound": -0.0201}, {"minimum_gain": 0.001}, {"rule": "Something else."}])
def test_a_changed_rule_is_noticed_even_where_it_changes_no_verdict(monkeypatch, change):
    monkeypatch.setattr(c3b, "CLAIM", replace(c3b.CLAIM, **change))
    now, kept = rejudged(c3b)
    assert now != kept


def test_one_changed_digit_anywhere_in_a_recorded_table_is_noticed(monkeypatch, tmp_path):
    shutil.copytree(DATA / "gradients", tmp_path / "gradients")
    monkeypatch.setattr(registry, "DATA", tmp_path)
    now, kept = rejudged(c3b)
    assert now == kept
    path = tmp_path / "gradients" / "arithmetic.parquet"
    table = records.load(path)
    table.loc[7, "mass_0.1"] += 1e-9  # no verdict rests on the ninth digit
    records.save(table, path, metadata={})
    now, kept = rejudged(c3b)
    assert now[0] != kept[0] and now[1:] == kept[1:] and now[0]["value"] == kept[0]["value"]
