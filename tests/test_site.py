"""The smoke site, built from the chapters that were run: offline, linked, described, and honest about what it is."""

import pytest

from rlvr_direction.press import ledger, run, site, verify


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


def test_every_figure_has_its_data_to_download(pages):
    for chapter in run.chapters():
        page = of(pages, chapter)
        figures = page.soup("figure", class_="rlvr-figure")
        assert len(figures) == len(page.soup.select('a[download$=".csv"]'))
