"""What a built site must be: offline, without dead links, described, and free of tracebacks."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["Page", "pages", "verify"]

ELSEWHERE = re.compile(r"^(https?:)?//")
TRACEBACK = re.compile(r"Traceback \(most recent call last\)|class=\"output traceback")


class Page(HTMLParser):
    """The references, anchors and pictures of one page."""

    def __init__(self, path: Path):
        super().__init__()
        self.path, self.text = path, path.read_text(encoding="utf-8")
        self.tags: list[tuple[str, dict]] = []
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """Keep every element with its attributes."""
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    @property
    def ids(self) -> set[str]:
        """The anchors a link can point to."""
        return {given["id"] for _, given in self.tags if "id" in given}

    def references(self) -> Iterator[tuple[str, str]]:
        """Each element's tag (with `rel` for a link) and the address it names."""
        for tag, given in self.tags:
            kind = f"link {given.get('rel', '')}" if tag == "link" else tag
            yield from ((kind, given[key]) for key in ("src", "href") if given.get(key))


def pages(site: Path) -> list[Page]:
    """Every page of a built site."""
    return [Page(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]


def verify(site: Path) -> list[str]:
    """What is wrong with a built site, one sentence each; nothing if it can be published."""
    found = pages(site)
    if not found:
        return [f"{site} holds no page"]
    tests = (foreign_assets, dead_links, undescribed, tracebacks)
    return [f"{site.name}: {wrong}" for test in tests for wrong in test(found)] + foreign_styles(site)


def foreign_assets(found: list[Page]) -> list[str]:
    """Scripts, styles, pictures and frames that a page would fetch from another host; links to follow are fine."""
    return [
        f"{page.path.name} loads {url} from another host"
        for page in found
        for kind, url in page.references()
        if ELSEWHERE.match(url) and kind not in ("a", "link canonical", "link search")
    ]


def foreign_styles(site: Path) -> list[str]:
    """Style sheets that would fetch a font or a picture from another host."""
    sheets = ((path, path.read_text(errors="replace")) for path in sorted(site.rglob("*.css")))
    pattern = r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^)'\"]+)"
    return [f"{path.name} loads {url} from another host" for path, text in sheets for url in re.findall(pattern, text)]


def dead_links(found: list[Page]) -> list[str]:
    """References to a file or an anchor that the site does not have."""
    anchors = {page.path.resolve(): page.ids for page in found}
    return [
        f"{page.path.name} refers to {url}, which is not there"
        for page in found
        for kind, url in page.references()
        if not _exists(page.path, kind, urlsplit(url), anchors)
    ]


def _exists(page: Path, kind: str, url, anchors: dict[Path, set[str]]) -> bool:
    if url.scheme or url.netloc:
        return True
    target = (page.parent / unquote(url.path)).resolve() if url.path else page.resolve()
    if kind != "a" or not url.fragment or target not in anchors:
        return target.exists()
    return unquote(url.fragment) in anchors[target]


def undescribed(found: list[Page]) -> list[str]:
    """Figures and pictures without words for a reader who cannot see them."""
    figures = ((page, given.get("aria-label")) for page in found for _, given in page.tags if _is_figure(given))
    pictures = ((page, given.get("alt")) for page in found for tag, given in page.tags if tag == "img")
    return [
        f"{page.path.name} has a figure or picture without a description"
        for page, text in (*figures, *pictures)
        if not text
    ]


def _is_figure(given: dict) -> bool:
    return "vl-fig" in given.get("class", "").split()


def tracebacks(found: list[Page]) -> list[str]:
    """Pages that show a Python error."""
    return [f"{page.path.name} shows a traceback" for page in found if TRACEBACK.search(page.text)]
