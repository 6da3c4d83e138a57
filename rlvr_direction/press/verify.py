"""What a built site must be: self-contained, light, described, true to its data, without dead links or tracebacks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from bs4 import BeautifulSoup

from rlvr_direction.press.ledger import numbers, read_claims
from rlvr_direction.press.verdict_box import place

__all__ = ["Page", "pages", "verify"]

ELSEWHERE = re.compile(r"(https?:)?//")
HEAVY = 1_500_000  # bytes of a page and its pictures; scripts, styles and bundles are fetched once for the whole site
NOT_LOADED = {"canonical", "search"}  # kinds of <link> that a browser does not fetch
IN_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^)'\"]+)")


class Page(NamedTuple):
    """A page of a built site: its file and its parsed elements."""

    path: Path
    soup: BeautifulSoup


def pages(site: Path) -> list[Page]:
    """Every page of a built site."""
    paths = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]
    return [Page(path, BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")) for path in paths]


def verify(site: Path) -> list[str]:
    """Return what is wrong with a built site, one sentence each; an empty list if it can be published."""
    found = pages(site)
    if not found:
        return [f"{site} holds no page"]
    anchors = {page.path.resolve(): {element["id"] for element in page.soup(id=True)} for page in found}
    wrong = (f"{page.path.name} {fault}" for page in found for fault in _faults(page, anchors))
    return [f"{site.name}: {sentence}" for sentence in (*wrong, *_foreign_styles(site), *_disagreements(site, found))]


def _faults(page: Page, anchors: dict[Path, set[str]]) -> Iterator[str]:
    references = [(element, element[key]) for element in page.soup(True) for key in ("src", "href") if element.get(key)]
    for element, url in references:
        loaded = element.name != "a" and not NOT_LOADED & set(element.get("rel", []))
        if loaded and ELSEWHERE.match(url):
            yield f"loads {url} from another host"
        if not _exists(page.path, element.name, urlsplit(url), anchors):
            yield f"refers to {url}, which is not there"
    if not all(figure.get("aria-label") for figure in page.soup(class_="vl-fig")):
        yield "has a figure without a description"
    if not all(picture.get("alt") for picture in page.soup("img")):
        yield "has a picture without a description"
    if page.soup(class_="traceback") or page.soup(string=re.compile(r"Traceback \(most recent call last\)")):
        yield "shows a traceback"
    if (weight := _weight(page)) > HEAVY:
        yield f"weighs {weight / 1e6:.2f} MB, more than {HEAVY / 1e6:.1f} MB"


def _weight(page: Page) -> int:
    """Bytes of a page and of the pictures beside it."""
    urls = [urlsplit(picture.get("src", "")) for picture in page.soup("img")]
    pictures = {page.path.parent / unquote(url.path) for url in urls if not (url.scheme or url.netloc)}
    return sum(path.stat().st_size for path in {page.path, *pictures} if path.is_file())


def _exists(page: Path, name: str, url: SplitResult, anchors: dict[Path, set[str]]) -> bool:
    if url.scheme or url.netloc:
        return True
    target = (page.parent / unquote(url.path)).resolve() if url.path else page.resolve()
    if name != "a" or not url.fragment or target not in anchors:
        return target.exists()
    return unquote(url.fragment) in anchors[target]


def _foreign_styles(site: Path) -> Iterator[str]:
    """Style sheets that load a font or a picture from another host."""
    for path in sorted(site.rglob("*.css")):
        for url in IN_STYLE.findall(path.read_text(errors="replace")):
            yield f"{path.name} loads {url} from another host"


def _disagreements(site: Path, found: list[Page]) -> Iterator[str]:
    """Verdicts and estimates that a page states differently from the site's verdicts.json."""
    records = {place(record): record for record in read_claims(site / "_static" / "verdicts.json")}
    expected = {at: (record["verdict"], numbers(record)) for at, record in records.items()}
    for page in found:
        for box in page.soup(class_="rlvr-claim"):
            title, estimated = box.find(class_="admonition-title").get_text().split(" · "), box.strong.get_text()
            verdict, number = expected.get(box["id"], ("no verdict", "no number"))
            if verdict not in title or number != estimated:
                yield f"{page.path.name} says {estimated} in {' · '.join(title)}, its data {number}, {verdict}"
        for line in page.soup.select(".rlvr-board .verdict:has(a)"):
            (verdict, _), said = expected[line.a["href"].partition("#")[2]], line.strong.get_text()
            if not said.endswith(verdict):
                yield f"{page.path.name} says {said} of {line.a['href']}, its data {verdict}"
