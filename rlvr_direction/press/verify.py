"""What a built site must be: offline, without dead links, described, and free of tracebacks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

__all__ = ["Page", "pages", "verify"]

ELSEWHERE = re.compile(r"(https?:)?//")
FOLLOWED = ("canonical", "search")  # links of a page's head that a browser does not load
IN_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^)'\"]+)")


@dataclass(frozen=True)
class Page:
    """A page of a built site: where it lies, and its elements."""

    path: Path
    soup: BeautifulSoup

    @property
    def text(self) -> str:
        """The page as it is written."""
        return self.path.read_text(encoding="utf-8")

    def references(self) -> Iterator[tuple[Tag, str]]:
        """Each element that names an address, with the address."""
        for element in self.soup(True):
            yield from ((element, element[key]) for key in ("src", "href") if element.get(key))


def pages(site: Path) -> list[Page]:
    """Every page of a built site."""
    paths = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]
    return [Page(path, BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")) for path in paths]


def verify(site: Path) -> list[str]:
    """What is wrong with a built site, one sentence each; nothing if it can be published."""
    found = pages(site)
    if not found:
        return [f"{site} holds no page"]
    anchors = {page.path.resolve(): {element["id"] for element in page.soup(id=True)} for page in found}
    wrong = (f"{page.path.name} {fault}" for page in found for fault in _faults(page, anchors))
    return [f"{site.name}: {sentence}" for sentence in (*wrong, *_foreign_styles(site))]


def _faults(page: Page, anchors: dict[Path, set[str]]) -> Iterator[str]:
    for element, url in page.references():
        followed = element.name == "a" or set(element.get("rel", [])) & set(FOLLOWED)
        if ELSEWHERE.match(url) and not followed:
            yield f"loads {url} from another host"
        if not _exists(page.path, element.name, urlsplit(url), anchors):
            yield f"refers to {url}, which is not there"
    if not all(figure.get("aria-label") for figure in page.soup(class_="vl-fig")):
        yield "has a figure without a description"
    if not all(picture.get("alt") for picture in page.soup("img")):
        yield "has a picture without a description"
    if page.soup(class_="traceback") or page.soup(string=re.compile(r"Traceback \(most recent call last\)")):
        yield "shows a traceback"


def _exists(page: Path, name: str, url, anchors: dict[Path, set[str]]) -> bool:
    if url.scheme or url.netloc:
        return True
    target = (page.parent / unquote(url.path)).resolve() if url.path else page.resolve()
    if name != "a" or not url.fragment or target not in anchors:
        return target.exists()
    return unquote(url.fragment) in anchors[target]


def _foreign_styles(site: Path) -> Iterator[str]:
    """Style sheets that would fetch a font or a picture from another host."""
    for path in sorted(site.rglob("*.css")):
        for url in IN_STYLE.findall(path.read_text(errors="replace")):
            yield f"{path.name} loads {url} from another host"
