"""The exercises of the chapters: enough of them, solved by cells that run, about every claim."""

import re
from typing import NamedTuple

import nbformat
import pytest

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press import run
from rlvr_direction.press.display import CHECK

ON_PAPER, CHANGES = "On paper", "Change a verdict"
DIRECTIVE = re.compile(r"^:::\{(exercise|solution|solution-start|solution-end)\} ?(.*)$", re.MULTILINE)
LABEL = re.compile(r"^:label: (\S+)$", re.MULTILINE)
each = pytest.mark.parametrize("chapter", run.chapters(), ids=lambda chapter: chapter.stem)


class Exercise(NamedTuple):
    """An exercise: its title and text, and its solution's directive and cells."""

    title: str
    text: str
    solved: list[str]
    cells: list[nbformat.NotebookNode]


def exercises(notebook):
    """Every exercise of a chapter by its label, in order; a cell belongs to the solution that it stands in."""
    found, inside = {}, None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if inside:
                found[inside].cells.append(cell)
            continue
        for match in DIRECTIVE.finditer(cell.source):
            kind, words = match.groups()
            if kind == "exercise":
                text = cell.source[match.end() :].split("\n:::")[0]
                found[LABEL.search(text)[1]] = Exercise(words, text, [], [])
            elif kind == "solution-end":
                inside = None
            else:
                found[words].solved.append(kind)
                inside = words if kind == "solution-start" else None
    return found


@each
def test_a_chapter_has_three_exercises_or_more_each_solved_once_out_of_sight(chapter):
    notebook = nbformat.read(chapter, 4)
    found = exercises(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert len(found) >= 3 and all(len(exercise.solved) == 1 for exercise in found.values())
    assert text.count("{solution") - text.count("{solution-end}") == text.count(":class: dropdown") == len(found)


@each
def test_no_exercise_takes_the_name_of_a_page(chapter):
    pages = {page.stem for page in chapter.parent.glob("*.md")}
    assert not pages.intersection(exercises(nbformat.read(chapter, 4)))


@each
def test_a_solution_has_cells_unless_the_exercise_says_that_it_is_done_on_paper(chapter):
    found = exercises(nbformat.read(chapter, 4))
    assert [label for label, exercise in found.items() if bool(exercise.cells) == (exercise.title == ON_PAPER)] == []


@each
def test_the_cells_of_a_solution_are_shown_and_check_what_it_says(chapter):
    for label, exercise in exercises(nbformat.read(chapter, 4)).items():
        assert all("open" in cell.metadata.get("tags", []) for cell in exercise.cells), label
        assert not exercise.cells or any("show.check(" in cell.source for cell in exercise.cells), label


@each
def test_a_run_executes_the_cells_of_every_solution_and_records_their_checks(chapter):
    run.run("smoke")
    for label, exercise in exercises(nbformat.read(run.executed("smoke", chapter), 4)).items():
        outputs = [output for cell in exercise.cells for output in cell.outputs]
        assert all(cell.execution_count for cell in exercise.cells), label
        assert not exercise.cells or any(CHECK in output.get("data", {}) for output in outputs), label


@pytest.mark.parametrize("stem", sorted({claim.chapter for claim in CLAIMS.values()}))
def test_a_chapter_with_claims_has_an_exercise_that_changes_a_verdict(stem):
    found = exercises(nbformat.read(run.ROOT / "book" / f"{stem}.ipynb", 4)).values()
    changing = [exercise for exercise in found if exercise.title == CHANGES]
    assert changing and all(any("verdict" in cell.source for cell in exercise.cells) for exercise in changing)


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_is_named_in_an_exercise_of_its_chapter(name):
    found = exercises(nbformat.read(run.ROOT / "book" / f"{CLAIMS[name].chapter}.ipynb", 4)).values()
    assert any(re.search(rf"\b{name}\b", exercise.text) for exercise in found)
