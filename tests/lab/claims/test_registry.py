"""Every claim under its id; the recorded verdicts are what the recorded data say; a change by hand is noticed."""

import json
import shutil
from dataclasses import replace
from functools import partial

import pytest

from rlvr_direction import records
from rlvr_direction.lab.checkout import DATA
from rlvr_direction.lab.claims import CLAIMS, c2f, c4b, c5b, judge_all, recorded, registry, verdict_records

KEPT = json.loads((DATA / "claims" / "cpu.json").read_text())


def rejudged(module):
    """One claim judged anew, and what was kept of it."""
    now = verdict_records(module.judge(recorded(module.CLAIM.study)))
    return now, [record for record in KEPT if record["id"] == module.CLAIM.id]


def test_every_claim_of_the_paper_is_there_under_its_id_with_its_rule():
    assert list(CLAIMS) == ["C1", "C2", "C2f", "C3a", "C3b", "C3c", "C4a", "C4b", "C4c", "C5a", "C5b", "C5c"]
    for key, claim in CLAIMS.items():
        assert claim.id == key and claim.statement.endswith(".") and claim.rule.endswith(".")
        assert claim.chapter[:3] in {"02_", "03_", "04_", "05_", "06_"}
        assert all(departure.endswith(".") for departure in claim.departures)


def test_the_recorded_verdicts_are_what_the_recorded_data_say():
    """Where this fails although nothing was changed by hand: `make book` records the verdicts anew."""
    assert verdict_records(judge_all(recorded())) == KEPT


def test_exact_verdicts_have_no_interval_and_all_others_have_one():
    for record in KEPT:
        assert record["deterministic"] == (record["low"] is None) == (record["high"] is None)


@pytest.mark.parametrize(
    "edit", [{"verdict": "reproduced"}, {"value": -0.01178}, {"low": -0.0348001}, {"task": "other"}, {"rule": ""}]
)
def test_an_edited_verdict_is_noticed(edit):
    now, kept = rejudged(c5b)
    assert now == kept != [kept[0] | edit, kept[1]]


@pytest.mark.parametrize("change", [{"bound": -0.0201}, {"minimum_gain": 0.001}, {"rule": "Something else."}])
def test_a_changed_rule_is_noticed_even_where_it_changes_no_verdict(monkeypatch, change):
    monkeypatch.setattr(c5b, "CLAIM", replace(c5b.CLAIM, **change))
    now, kept = rejudged(c5b)
    assert now != kept


@pytest.mark.parametrize(("module", "family"), [(c2f, "delta_logp"), (c4b, "chosen")])
def test_flipped_answers_of_a_deciding_arm_change_the_verdict_record(monkeypatch, module, family):
    load = registry.records.load
    monkeypatch.setattr(c2f, "sign_does_it", partial(c2f.sign_does_it, draws=20))  # the estimate does not need more

    def flipped(path):
        table = load(path)
        deciding = (table["family"] == family) & table["part"].isin(["curves", "decide"])
        wrong = (table["samples"] - table["correct"]).astype("int32")
        return table.assign(correct=table["correct"].mask(deciding, wrong))

    monkeypatch.setattr(registry.records, "load", flipped)
    now, kept = rejudged(module)
    assert [(row["id"], row["task"]) for row in now] == [(row["id"], row["task"]) for row in kept]
    assert all(row["value"] != old["value"] for row, old in zip(now, kept, strict=True))


def test_one_changed_digit_anywhere_in_a_recorded_table_is_noticed(monkeypatch, tmp_path):
    shutil.copytree(DATA / "reweighting", tmp_path / "reweighting")
    monkeypatch.setattr(registry, "DATA", tmp_path)
    now, kept = rejudged(c5b)
    assert now == kept
    path = tmp_path / "reweighting" / "arithmetic.parquet"
    table = records.load(path)
    table.loc[7, "entropy"] += 1e-9  # no verdict rests on it
    records.save(table, path, metadata={})
    now, kept = rejudged(c5b)
    assert now[0] != kept[0] and now[1] == kept[1] and now[0]["value"] == kept[0]["value"]
