"""The box of a verdict: what it says, what it escapes, and what it leaves to the box before it."""

import pytest
from bs4 import BeautifulSoup

from rlvr_direction.press.verdict_box import place, title_of, verdict_box

BESIDE = {
    "cell": "there",
    "text": "t",
    "verdict": "inconclusive",
    "value": 0.1,
    "low": 0.0,
    "high": 0.2,
    "vacuous": False,
}
RECORD = {
    **{"id": "C2", "task": "arithmetic", "cell": "here", "verdict": "reproduced", "deciding": True},
    **{
        "statement": "It <i>.",
        "rule": "Above 0.",
        "departures": ["No seeds."],
        "chosen": "",
        "note": "",
        "vacuous": False,
    },
    **{"text": "Gain", "value": 0.5, "low": 0.25, "high": 0.75, "unit": "share", "bound": 0.0, "below": False},
    "neighbours": [BESIDE | {"note": "Gamma <0>."}],
}


def box_of(told=(), **changes):
    return BeautifulSoup(verdict_box(RECORD | changes, set(told)), "html.parser").div


def fold_of(box):
    """The text of the fold below the neighbours."""
    (fold,) = [fold for fold in box("details") if "rlvr-neighbours" not in fold.get("class", [])]
    return fold.get_text()


def test_a_box_has_title_statement_estimate_neighbours_and_rule():
    box = box_of(note="By <hand>.")
    assert box["id"] == "c2-arithmetic" and box.p.get_text() == "C2 · arithmetic · here · reproduced"
    assert box.strong.get_text() == "0.5 [0.25, 0.75] share" and "(above 0 supports it)" in box.get_text()
    assert "It <i>." in box.get_text() and box.select_one(".rlvr-note").get_text() == "By <hand>."
    assert box.li.get_text() == "inconclusive there: 0.1 [0, 0.2] share. Gamma <0>."
    assert box.select_one(".rlvr-neighbours summary").get_text() == "Beside the verdict: there: inconclusive"
    assert fold_of(box) == "The ruleAbove 0. Departure from the registered rule: No seeds."


def test_a_neighbour_in_which_nothing_was_done_has_nothing_to_judge():
    idle = BESIDE | {"note": "Gamma 0 was chosen.", "vacuous": True, "cell": None}
    box = box_of(neighbours=[idle])
    assert "inconclusive" not in box.get_text() and box.li.get_text().startswith("nothing to judge t: 0.1")
    assert box.summary.get_text() == "Beside the verdict: t: nothing to judge"


def test_a_folded_box_shows_its_title_alone_until_opened():
    box = BeautifulSoup(verdict_box(RECORD, set(), folded=True), "html.parser").details
    title = box.find(recursive=False)
    assert title.name == "summary" and title.get_text() == title_of(RECORD) and not box.has_attr("open")
    assert box["id"] == place(RECORD) and box.strong and not title.strong


def test_without_neighbours_nothing_stands_beside_a_verdict():
    assert not box_of(neighbours=[]).select(".rlvr-neighbours")


def test_what_was_told_is_left_out_and_only_what_is_new_stays():
    told = set()
    verdict_box(RECORD, told)
    assert not box_of(told).select("details:not(.rlvr-neighbours)") and "It <i>." not in box_of(told).get_text()
    assert fold_of(box_of(told, chosen="Gamma 1.")) == "What was chosenGamma 1."
    assert fold_of(box_of(told, rule="Below 0.")) == "The ruleBelow 0."


@pytest.mark.parametrize(("changes", "said"), [({"task": None}, "c2"), ({}, "c2-arithmetic")])
def test_a_place_is_made_of_claim_and_task(changes, said):
    assert place(RECORD | changes) == said


def test_a_look_is_called_one():
    assert title_of(RECORD | {"deciding": False}).endswith("reproduced · a look, no verdict")
