"""Staging: which files the site is built from, and the banner of a smoke build."""

import shutil

import nbformat
import pytest
from nbformat import v4

from rlvr_direction.press import ledger, run, site


@pytest.fixture
def root(tmp_path):
    (tmp_path / "book" / "assets").mkdir(parents=True)
    (tmp_path / "book" / "index.md").write_text("# Title\n" + "\n".join(ledger.MARKS) + "\n")
    (tmp_path / "book" / "01_tiny.md").write_text("the paired text")
    source = tmp_path / "book" / "01_tiny.ipynb"
    cells = [
        v4.new_markdown_cell("# Tiny\n\nA text."),
        v4.new_code_cell("%pip install x", metadata={"tags": ["colab"]}),
    ]
    nbformat.write(v4.new_notebook(cells=cells), source)
    executed = run.executed("smoke", source, tmp_path)
    executed.parent.mkdir(parents=True)
    nbformat.write(v4.new_notebook(cells=cells), executed)
    (tmp_path / "book" / "back.md").write_text(f"# Back\n\n{site.CITE}\n\n{site.STAMPS}\n")
    shutil.copy(run.ROOT / "CITATION.cff", tmp_path)
    ledger.write_claims([], site.claims_file(tmp_path))
    return tmp_path


def test_a_chapter_is_staged_once_executed_and_a_smoke_page_says_what_it_is(root):
    staged = site.stage("smoke", root=root)
    assert {path.name for path in staged.iterdir()} == {"index.md", "back.md", "01_tiny.ipynb", "assets"}
    assert {path.name for path in (staged / "assets").iterdir()} == {"verdicts.json", "verdicts.csv", "variants.json"}
    first, colab = nbformat.read(staged / "01_tiny.ipynb", 4).cells
    assert first.source.startswith("# Tiny\n\n:::{admonition} A smoke build is not evidence")
    assert "remove-cell" in colab.metadata.tags
    assert "no verdict yet" in (staged / "index.md").read_text()


def test_marks_give_way_to_the_citation_and_to_the_stamps(root):
    back = (site.stage("smoke", root=root) / "back.md").read_text()
    assert "@article" in back and "| chapter | date |" in back and "<!--" not in back
