"""What readers see of an executed chapter: the code that teaches, and its checks in one fold."""

import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from rlvr_direction.press.display import CHECK, CLAIM, STAMP
from rlvr_direction.press.readers import for_readers
from rlvr_direction.press.verdict_box import FOLDED


def output(kind=None, html="<p>shown</p>"):
    return v4.new_output("display_data", {"text/html": html, **({kind: {}} if kind else {})})


def code(*outputs, tags=()):
    return v4.new_code_cell("x = 1", outputs=list(outputs), metadata={"tags": list(tags)})


def chapter(*cells):
    return v4.new_notebook(cells=[v4.new_markdown_cell("# Tiny\n\nA text."), *cells])


def test_the_published_profile_has_no_banner_and_smoke_has_one():
    assert for_readers(chapter(), "cpu").cells[0].source == "# Tiny\n\nA text."
    assert "not evidence" in for_readers(chapter(), "smoke").cells[0].source


def test_a_chapter_without_a_title_is_refused():
    with pytest.raises(ValueError, match="begins with its title"):
        for_readers(v4.new_notebook(cells=[v4.new_markdown_cell("text")]), "smoke")


@pytest.mark.parametrize("tag", ["colab", "injected-parameters", "kernel"])
def test_a_cell_for_a_notebook_alone_is_not_on_the_page(tag):
    _, cell = for_readers(chapter(code(output(), tags=[tag])), "cpu").cells
    assert "remove-cell" in cell.metadata.tags


@pytest.mark.parametrize("box", ["<div>{}</div>", f'<details class="{FOLDED}">{{}}</details>'], ids=["open", "folded"])
def test_a_claims_box_ends_in_what_other_rules_would_have_said(box):
    record = {"id": "C9", "task": "arithmetic", "verdict": "reproduced", "value": 0.1, "low": 0.05, "high": 0.2}
    record |= {"bound": 0.0, "unit": "accuracy difference", "better": "higher"}
    row = record | {"axis": "Rivals", "registered": "all", "choice": "KL alone", "text": ""}
    cell = code(v4.new_output("display_data", {"text/html": box.format("<p>box</p>"), CLAIM: record}))
    _, shown = for_readers(chapter(cell), "cpu", [row]).cells
    html = shown.outputs[0]["data"]["text/html"]
    (shown,) = BeautifulSoup(html, "html.parser").children
    assert [child.name for child in shown.children] == ["p", "details"] and "KL alone" in shown.details.get_text()
    start, end = box.split("{}")
    assert (
        html.startswith(start)
        and html.endswith(f"</details>{end}")
        and html.count("<details") == html.count("</details>")
    )


def test_only_code_that_teaches_stays_open():
    _, plumbing, teaches = for_readers(chapter(code(output()), code(output(), tags=["open"])), "cpu").cells
    assert "hide-input" in plumbing.metadata.tags and "hide-input" not in teaches.metadata.tags


def test_a_cell_that_has_a_tag_already_has_it_once():
    (_, cell) = for_readers(chapter(code(output(), tags=["colab", "remove-cell", "hide-input"])), "cpu").cells
    assert cell.metadata.tags == ["colab", "remove-cell", "hide-input"]


def test_checks_move_into_one_fold_before_the_stamp_and_leave_no_empty_cell_behind():
    cells = [
        code(output(), output(CHECK, "<p>a</p>")),
        code(output(CHECK, "<p>b</p>")),
        code(output(CHECK, "<p>c</p>"), tags=["open"]),
        code(output(STAMP)),
    ]
    _, mixed, alone, teaches, stamp = for_readers(chapter(*cells), "cpu").cells
    assert len(mixed.outputs) == 1 and "remove-cell" not in mixed.metadata.tags
    assert "remove-cell" in alone.metadata.tags and "remove-cell" not in teaches.metadata.tags
    fold, last = (shown["data"]["text/html"] for shown in stamp.outputs)
    assert "3 checks hold" in fold and "<p>a</p><p>b</p><p>c</p>" in fold and last == "<p>shown</p>"


def test_a_chapter_without_checks_has_no_fold():
    assert len(for_readers(chapter(code(output(STAMP))), "cpu").cells[1].outputs) == 1
