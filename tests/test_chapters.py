"""The chapters as sources, and as regression tests: each runs at smoke size and is judged by what it recorded."""

import operator
import re

import jupytext
import nbformat
import pytest

from rlvr_direction.press import ledger, run, site

CHAPTERS = run.chapters() if list((run.ROOT / "book").glob("[0-9][0-9]_*.ipynb")) else []
PROFILE = "smoke"
ORDER = operator.itemgetter("id", "task")
each = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)


@pytest.fixture(scope="module")
def executed():
    run.run(PROFILE)
    return lambda chapter: nbformat.read(run.executed(PROFILE, chapter), 4)


def test_there_are_chapters():
    assert CHAPTERS


@each
def test_nothing_executed_is_committed(chapter):
    cells = [cell for cell in nbformat.read(chapter, 4).cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells if cell.outputs or cell.execution_count is not None] == []


@each
def test_notebook_and_text_are_one_pair(chapter):
    notebook, text = nbformat.read(chapter, 4), jupytext.read(chapter.with_suffix(".md"))
    assert notebook.metadata.jupytext.formats == "ipynb,md:myst"
    assert [_essence(cell) for cell in notebook.cells] == [_essence(cell) for cell in text.cells]


def _essence(cell):
    return cell.cell_type, cell.source, sorted(cell.metadata.get("tags", []))


@each
def test_a_chapter_has_what_the_template_asks_for(chapter):
    notebook = nbformat.read(chapter, 4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    exercises = text.count("{exercise}") + text.count("{exercise-start}")
    assert notebook.cells[0].source.startswith("# ")
    assert len(run.tagged(notebook, "parameters")) == 1 and len(run.tagged(notebook, "colab")) == 1
    assert exercises >= 3 and text.count("{solution}") + text.count("{solution-start}") == exercises


@each
def test_the_install_cell_does_nothing_outside_colab(chapter):
    (cell,) = run.tagged(nbformat.read(chapter, 4), "colab")
    assert "google.colab" in cell.source


@each
def test_a_run_writes_nothing_to_stderr(executed, chapter):
    outputs = [output for cell in executed(chapter).cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


@each
def test_every_figure_that_a_chapter_draws_is_shown(executed, chapter):
    assert lost_figures(executed(chapter)) == []


def lost_figures(notebook):
    """The names of figures that no output shows: a notebook shows only the last expression of a cell."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output.get("data", {}).get("text/html", "") for cell in cells for output in cell.outputs]
    drawn = [name for cell in cells for name in re.findall(r'show\.figure\(.*?"([\w-]+)"\)', cell.source, re.DOTALL)]
    return [name for name in drawn if not any(f'id="{name}"' in html for html in outputs)]


def test_a_figure_that_is_not_the_last_of_its_cell_is_noticed():
    shown = nbformat.v4.new_output("display_data", data={"text/html": '<figure id="seen">'})
    cells = [
        nbformat.v4.new_code_cell('show.figure(chart, rows, "seen")', outputs=[shown]),
        nbformat.v4.new_code_cell('show.figure(\n    chart, rows, "lost")\nshow.check("a", 1)'),
    ]
    assert lost_figures(nbformat.v4.new_notebook(cells=cells)) == ["lost"]


@each
def test_a_run_records_its_stamp_and_can_be_published(executed, chapter):
    assert run.faults(executed(chapter)) == []
    stamps = [record for record in run.records(run.executed(PROFILE, chapter)) if record["kind"] == "stamp"]
    assert [stamp["profile"] for stamp in stamps] == [PROFILE]


@each
def test_what_a_run_recorded_lies_in_its_ranges(executed, chapter):
    assert run.failed_checks(run.records(run.executed(PROFILE, chapter))) == []


@each
def test_a_chapter_shows_the_recorded_verdicts_and_no_other(executed, chapter):
    shown = [record for record in run.records(run.executed(PROFILE, chapter)) if record.pop("kind") == "claim"]
    kept = [
        {key: value for key, value in claim.items() if key != "data"}
        for claim in ledger.read_claims(site.claims_file())
        if claim["chapter"] == chapter.stem
    ]
    assert sorted(shown, key=ORDER) == sorted(kept, key=ORDER)
