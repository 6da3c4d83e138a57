"""The table of families says what the tests show: no family is missing, and none lacks what it should be tested for."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("families.py")
PAGE = SCRIPT.parents[1] / "book" / "scale.md"
DECODED = {"scores", "identities", "batches", "adapter"}


@pytest.fixture(scope="module")
def families():
    spec = importlib.util.spec_from_file_location("families", SCRIPT)
    spec.loader.exec_module(module := importlib.util.module_from_spec(spec))
    return module


def test_the_page_has_the_table_that_the_marks_of_the_tests_give(families, request):
    text = PAGE.read_text()
    whole = {*families.files()} <= {item.path for item in request.session.items}  # else only some tests are run
    found = families.table(families.shown(request.session if whole else families.collected()))
    again = families.between_marks(families.between_marks(text, "", families.MARKS), found, families.MARKS)
    assert again == text, "write it again: .venv/bin/python tests/families.py book/scale.md"


def test_a_family_is_tested_for_all_that_it_can_do():
    lines = [line.strip("| \n").replace("`", "") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if "●" in line]
    assert len(cells) == 37
    names = ("scores", "identities", "batches", "drafts", "window", "adapter", "nested")
    for family, *marks in cells:
        shown = {name for name, mark in zip(names, marks, strict=False) if mark} - {"window", "nested"}
        assert shown in ({"scores"}, DECODED, DECODED | {"drafts"}), family


def test_a_property_without_a_column_is_refused(families):
    with pytest.raises(ValueError, match="a test shows speed; the columns are scores"):
        families.table({"llama": {"scores", "speed"}})


def test_a_family_that_no_test_names_has_an_empty_row(families):
    rows = families.table({"llama": {"drafts", "scores"}, "new": set()}).splitlines()
    assert rows[2:] == ["| `llama` | ● |  |  | ● |  |  |  |", "| `new` |  |  |  |  |  |  |  |"]
