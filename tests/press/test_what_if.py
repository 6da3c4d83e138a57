"""The fold of a claim's box: a row for each other rule, with what it says and how many leave the verdict."""

import pytest
from bs4 import BeautifulSoup

from rlvr_direction.press.what_if import what_if_html

VERDICT = {"id": "C9", "task": "arithmetic", "verdict": "reproduced", "value": 0.04, "low": 0.02, "high": 0.06}
VERDICT |= {"bound": 0.0, "unit": "accuracy difference", "better": "higher"}
ROW = {"id": "C9", "task": "arithmetic", "axis": "Rivals", "registered": "all", "choice": "<b>KL</b> alone"}
ROW |= {"verdict": "not reproduced", "value": -0.04, "low": -0.06, "high": -0.02, "text": "", "bound": 0.0}
SAME = ROW | {"axis": "Gain asked for", "choice": "2 points", "verdict": "reproduced", "value": 0.04}


@pytest.fixture
def fold():
    other = ROW | {"task": "pointer_tree"}
    return BeautifulSoup(what_if_html(VERDICT, [ROW, SAME, other]), "html.parser")


def test_each_choice_has_a_row_below_the_registered_rule(fold):
    registered, rivals, gain = ([cell.get_text() for cell in row("td")] for row in fold.select("tbody tr"))
    assert registered[0] == "As registered" and "+4.0 [+2.0, +6.0] points" in registered[-1]
    assert rivals[:4] == ["Rivals", "all", "<b>KL</b> alone", "not reproduced"] and "-4.0" in rivals[-1]
    assert gain[3] == "reproduced"


def test_a_choice_that_changes_the_verdict_is_marked_and_counted(fold):
    assert [("changed" in (row.get("class") or [])) for row in fold.select("tbody tr")] == [False, True, False]
    assert "survives 1 of 2 other choices" in fold.summary.get_text()


def test_a_rival_has_its_name_in_words():
    assert "<td>the matched coin alone</td>" in what_if_html(VERDICT, [ROW | {"choice": "coin alone"}])


def test_a_verdict_without_other_rules_has_no_fold():
    assert what_if_html(VERDICT | {"id": "C8"}, [ROW]) == ""
