"""What a built site must be: self-contained, without dead links or tracebacks, its pictures described."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from bs4 import BeautifulSoup

__all__ = ["Page", "pages", "verify"]

ELSEWHERE = re.compile(r"(https?:)?//")
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
    return [f"{site.name}: {sentence}" for sentence in (*wrong, *_foreign_styles(site))]


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
