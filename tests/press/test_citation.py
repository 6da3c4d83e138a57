"""The citation box: what `CITATION.cff` says, as BibTeX."""

import re

import pytest
import yaml

from rlvr_direction.press import citation, run

CFF = run.ROOT / "CITATION.cff"


def test_both_entries_have_the_fields_of_the_file():
    book = yaml.safe_load(CFF.read_text())
    said = citation.citation(CFF)
    assert re.findall(r"^@(\w+)\{(\w+),$", said, re.M) == [
        ("article", "huang2026direction"),
        ("software", "rlvrdirection"),
    ]
    assert all(f"{{{work['title']}}}" in said for work in (book, *book["references"]))
    assert book["repository-code"] in said and str(book["version"]) in said and "year = {2026}" in said


def test_the_paper_is_the_one_that_the_book_cites():
    cited = (run.ROOT / "book" / "references.bib").read_text().partition("{huang2026direction")[2].partition("\n}")[0]
    entry = citation.citation(CFF).partition("{huang2026direction")[2].partition("\n}")[0]
    for name in ("title", "author", "year", "url"):
        ours, theirs = (re.search(rf"^  {name} = (.+?),?$", text, re.M)[1] for text in (entry, cited))
        assert re.sub(r"[{}]", "", ours) == re.sub(r"[{}]", "", theirs)


def test_people_and_groups_are_authors_and_an_unknown_kind_is_refused():
    work = {"type": "article", "title": "T", "year": 1, "authors": [{"family-names": "A", "given-names": "B"}]}
    assert "author = {A, B}" in citation.bibtex("k", work)
    assert "author = {{The group}}" in citation.bibtex("k", work | {"authors": [{"name": "The group"}]})
    with pytest.raises(KeyError, match="map"):
        citation.bibtex("k", work | {"type": "map"})
