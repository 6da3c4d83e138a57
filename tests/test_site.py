"""The smoke site, built from the chapters that were run: offline, linked, described, and honest about what it is."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest

from rlvr_direction.press import ledger, run, site, verify
from rlvr_direction.press.display import STAMP


@pytest.fixture(scope="module")
def pages():
    return {page.path.name: page for page in verify.pages(site.build_book("smoke"))}


def of(pages, chapter):
    return pages[chapter.with_suffix(".html").name]


def test_nothing_keeps_the_site_from_being_published(pages):
    assert verify.verify(next(iter(pages.values())).path.parent) == []


def test_every_chapter_says_that_a_smoke_build_is_not_evidence(pages):
    assert all(of(pages, chapter).soup.select(".rlvr-not-evidence") for chapter in run.chapters())


def test_every_page_of_the_contents_was_built(pages):
    written = {path.stem for path in (run.ROOT / "book").glob("*.md")}
    assert written <= {name.removesuffix(".html") for name in pages}


def test_the_front_page_shows_the_recorded_verdicts(pages):
    claims = ledger.read_claims(site.claims_file())
    for verdict in ("reproduced", "not reproduced"):
        shown = pages["index.html"].soup.select(f".rlvr-board strong:-soup-contains-own('{verdict}')")
        shown = [badge for badge in shown if badge.get_text() == verdict]
        assert len(shown) == sum(claim["verdict"] == verdict and claim["deciding"] for claim in claims)


def test_the_readme_shows_the_recorded_verdicts():
    readme = (run.ROOT / "README.md").read_text()
    table = ledger.table(ledger.read_claims(site.claims_file()), chapters_at="book/")
    assert ledger.between_marks(readme, table) == readme


def test_no_markup_is_shown_as_text(pages):
    shown = [
        (page.path.name, mark)
        for page in pages.values()
        for mark in ("&lt;div", "&lt;figure", "&lt;style")
        if mark in page.path.read_text()
    ]
    assert shown == []


def test_every_box_that_opens_closes(pages):
    for name, page in pages.items():
        text = page.path.read_text()
        for tag in ("div", "details", "section"):
            assert len(re.findall(rf"<{tag}\b", text)) == text.count(f"</{tag}>"), (name, tag)


def test_every_figure_has_its_data_to_download(pages):
    for chapter in run.chapters():
        page = of(pages, chapter)
        figures = page.soup("figure", class_="rlvr-figure")
        assert len(figures) == len(page.soup.select('a[download$=".csv"]'))


def test_every_figure_has_a_caption_with_its_number_in_the_chapter(pages):
    for chapter in run.chapters():
        captions = [caption.get_text() for caption in of(pages, chapter).soup.select("figcaption.rlvr-caption")]
        assert len(captions) == len(of(pages, chapter).soup("figure", class_="rlvr-figure")) > 0
        number = int(chapter.stem[:2])
        of_chapter = rf"{number}\." if number < 10 else ""  # the pages behind the nine chapters have no number
        for i, caption in enumerate(captions, 1):
            assert re.match(rf"Figure {of_chapter}{i}\. \w", caption)


@pytest.mark.parametrize("host", ["mybinder.org", "colab.research.google.com"])
def test_a_launch_button_opens_the_source_of_its_chapter(pages, host):
    for chapter in run.chapters():
        (button,) = of(pages, chapter).soup.select(f'a[href^="https://{host}"]')
        url = urlsplit(button["href"])
        opened = parse_qs(url.query).get("urlpath", [url.path])[0]
        path = opened.removeprefix("lab/tree/").removeprefix("/github/rlvr-direction/rlvr-direction/blob/main/")
        assert run.ROOT / path == chapter
    assert (run.ROOT / "environment.yml").exists(), "Binder builds it"


def test_a_chapter_downloads_as_the_notebook_that_was_run(pages):
    for chapter in run.chapters():
        page = of(pages, chapter)
        (link,) = page.soup.select('.dropdown-download-buttons a[href$=".ipynb"]')
        notebook = nbformat.read(page.path.parent / link["href"], 4)
        nbformat.validate(notebook)
        shown = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
        assert [data[STAMP]["profile"] for data in shown if STAMP in data] == ["smoke"]


def test_the_contents_for_programs_name_every_page_and_each_is_there(pages):
    site_folder = next(iter(pages.values())).path.parent
    linked = re.findall(r"^- \[.+\]\((.+?)\): .+$", (site_folder / "llms.txt").read_text(), re.M)
    written = {f"{path.stem}.html" for path in (run.ROOT / "book").glob("*.md")} - {"index.html"}
    assert set(linked) == written | {"_static/verdicts.json", "_static/verdicts.csv"}
    assert all((site_folder / path).exists() for path in linked)
    assert json.loads((site_folder / "_static" / "verdicts.json").read_text()) == ledger.read_claims(site.claims_file())


def test_every_chapter_ends_in_its_stamp_one_page_has_all_and_the_references_say_how_to_cite(pages):
    rows = pages["reproducibility.html"].soup.select("#stamps tbody tr")
    assert [row.a["href"] for row in rows] == [of(pages, chapter).path.name for chapter in run.chapters()]
    assert all("smoke" in row.get_text() for row in rows)
    for chapter in run.chapters():
        (stamp,) = of(pages, chapter).soup.select(".rlvr-stamp")
        assert "smoke" in stamp.get_text()
    assert "@article{huang2026direction," in pages["references.html"].soup.get_text()


def test_every_marked_word_has_its_definition_in_its_page(pages):
    for page in pages.values():
        for word in page.soup.select("a.rlvr-term"):
            assert page.soup.find(id=word["aria-describedby"]).get_text().strip(), f"{page.path.name}: {word}"
    assert all(of(pages, chapter).soup.select("a.rlvr-term") for chapter in run.chapters())
