"""The board: its text, its marks and its files all say what the recorded verdicts say."""

import json

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press import ledger, site
from rlvr_direction.press.board import board_html, write_files
from rlvr_direction.press.verdict_box import place

CLASSES = {"reproduced": "tip", "not reproduced": "danger", "inconclusive": "warning"}


@pytest.fixture(scope="module")
def claims():
    return ledger.read_claims(site.claims_file())


@pytest.fixture(scope="module")
def rows(claims):
    soup = BeautifulSoup(board_html(claims), "html.parser")
    return dict(zip(CLAIMS, soup.select(".rlvr-board > li"), strict=True))


def test_every_claim_has_a_row_with_a_line_per_task(claims, rows):
    for id, row in rows.items():
        tasks = [claim["task"] or "" for claim in claims if claim["id"] == id]
        assert [line["data-task"] for line in row.select(".verdict")] == tasks
        assert bool(tasks) != ("no verdict yet" in row.get_text())


def test_text_colour_and_marks_of_a_line_agree_with_the_record(claims, rows):
    for claim in claims:
        (line,) = rows[claim["id"]].select(f'.verdict[data-task="{claim["task"] or ""}"]')
        assert line.select_one(".rlvr-badge").get_text().endswith(claim["verdict"])
        assert line["data-verdict"] == claim["verdict"].replace(" ", "-")
        assert line.a["href"] == f"{claim['chapter']}.html#{place(claim)}"
        assert CLASSES[claim["verdict"]] in line["class"] and ledger.numbers(claim) in line.get_text()
        cells = [claim, *claim["neighbours"]] if claim["neighbours"] else []
        assert [mark["class"][1] for mark in line.select(".mark")] == [
            "none" if cell["vacuous"] else CLASSES[cell["verdict"]] for cell in cells
        ]


def test_where_gamma_0_was_chosen_a_neighbour_has_no_verdict_to_show(claims):
    beside = [row for claim in claims if claim["id"].startswith("C4") for row in claim["neighbours"]]
    assert {row["vacuous"] for row in beside} == {True, False}
    assert all(row["vacuous"] == ("Gamma 0 was chosen" in row["note"]) for row in beside)


def test_a_forest_holds_its_interval_on_the_scale_of_its_claim(claims, rows):
    for id, row in rows.items():
        of = [claim for claim in claims if claim["id"] == id and claim["low"] is not None]
        forests = row.select(".forest")
        assert len(forests) == len(of)
        for claim, forest in zip(of, forests, strict=True):
            bound, interval = forest.select("line")
            start, end, value = float(interval["x1"]), float(interval["x2"]), float(forest.circle["cx"])
            assert 0 <= start <= value <= end <= 150
            assert (claim["value"] > claim["bound"]) == (value > float(bound["x1"]))


def test_a_row_can_be_filtered_by_what_it_says(claims, rows):
    for id, row in rows.items():
        said = {claim["verdict"].replace(" ", "-") for claim in claims if claim["id"] == id} or {"open"}
        assert set(row["data-verdicts"].split()) == said
        theirs = "paper" if ledger.asked(id) else "harder"
        assert row["data-whose"] == ("ours" if CLAIMS[id].ours else theirs)
        assert row["data-whose"] == {"C2": "paper", "C2h": "harder", "B5": "ours"}.get(id, row["data-whose"])


def test_the_files_hold_every_verdict(claims, tmp_path):
    write_files(claims, [], tmp_path)
    assert json.loads((tmp_path / "verdicts.json").read_text()) == claims
    table = pd.read_csv(tmp_path / "verdicts.csv")
    assert list(table["verdict"]) == [claim["verdict"] for claim in claims]
