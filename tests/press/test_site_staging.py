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


def test_the_other_rules_are_judged_only_where_a_verdict_changed_or_when_forced(root, monkeypatch):
    (root / "README.md").write_text("\n".join(ledger.MARKS))
    surveys = iter(range(9))
    monkeypatch.setattr(site.variants, "survey", lambda recorded, claims: [{"survey": next(surveys)}])
    monkeypatch.setattr(site, "recorded", dict)
    monkeypatch.setattr(site.ledger, "table", lambda claims, chapters_at: f"{len(claims)} claims")

    def recorded_after(claims, **options):
        site.record(claims, root, **options)
        return ledger.read_claims(site.claims_file(root, "variants"))[0]["survey"]

    assert recorded_after([{"id": "C1", "value": 0.1}]) == 0
    assert recorded_after([{"id": "C1", "value": 0.1}]) == 0
    assert recorded_after([{"id": "C1", "value": 0.2}]) == 1
    assert recorded_after([{"id": "C1", "value": 0.2}], force=True) == 2
    assert "1 claims" in (root / "README.md").read_text()


def test_the_cpu_profile_records_its_verdicts_before_the_chapters_run(root, monkeypatch):
    done = []
    monkeypatch.setattr(site, "verdicts", list)
    monkeypatch.setattr(site, "record", lambda claims, root, *, force: done.append("record"))
    monkeypatch.setattr(site, "run", lambda profile, *, root, force: done.append("run"))
    monkeypatch.setattr(site, "collect", lambda profile, *, root: [])
    for other in ("stage", "build"):
        monkeypatch.setattr(site, other, lambda profile, *, root: root)
    monkeypatch.setattr(site.in_page, "write_scripts", lambda folder: None)
    monkeypatch.setattr(site, "verify", lambda folder: [])
    site.build_book("cpu", root=root)
    assert done == ["record", "run"]
