"""The site's contents for readers that are programs: `llms.txt`, as llmstxt.org has it."""

import re
from collections.abc import Sequence
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

__all__ = ["contents", "said_of", "write"]

DATA = (
    ("All verdicts, JSON", "_static/verdicts.json", "with interval, rule, neighbours and departures of each"),
    ("All verdicts, CSV", "_static/verdicts.csv", "a row per verdict: claim, task, estimate and interval"),
)


def write(app, error) -> None:
    """Write `llms.txt` at the root of the built site, from its contents and its pages."""
    if error or app.builder.format != "html":
        return
    root = app.env.get_doctree(app.config.root_doc)
    mapped = said_of(root)
    parts = {}
    for toctree in root.findall(addnodes.toctree):
        for title, page in toctree["entries"]:
            line = (title or app.env.titles[page].astext(), app.builder.get_target_uri(page))
            said = mapped.get(page) or _first_sentence(app.env.get_doctree(page))
            parts.setdefault(toctree["caption"] or "Pages", []).append((*line, said))
    parts["Data"] = DATA
    title, summary = app.env.titles[app.config.root_doc].astext(), _first_paragraph(root)
    Path(app.outdir, "llms.txt").write_text(contents(title, summary, parts), encoding="utf-8")


def contents(title: str, summary: str, parts: dict[str, Sequence[tuple[str, str, str]]]) -> str:
    """A title, a summary, and a list of links for each part, given as (name, address, what is there)."""
    lists = (
        f"## {part}\n\n" + "".join(f"- [{name}]({address}): {said}\n" for name, address, said in links)
        for part, links in parts.items()
    )
    return "\n".join([f"# {title}\n", f"> {summary}\n", *lists])


def said_of(front: nodes.document) -> dict[str, str]:
    """What the map on the front page says of each page: the rest of a list item that begins with a link to it."""
    said = {}
    for item in front.findall(nodes.list_item):
        link = item.next_node(addnodes.pending_xref)
        if link is not None and link.get("reftype") == "doc":
            said[link["reftarget"]] = _plain(item).removeprefix(link.astext()).lstrip(": ")
    return said


def _first_sentence(page: nodes.document) -> str:
    return re.split(r"(?<=[.?:])\s", _first_paragraph(page))[0].rstrip(":")


def _first_paragraph(page: nodes.document) -> str:
    """The first paragraph of a page's own text, which no box holds; nothing if it has none."""
    texts = (_plain(node) for node in page.findall(nodes.paragraph) if isinstance(node.parent, nodes.section))
    return next(texts, "")


def _plain(node: nodes.Element) -> str:
    """The words of a node on one line, without its citations."""
    node = node.deepcopy()
    for link in [*node.findall(lambda found: found.get("refdomain") == "cite" if hasattr(found, "get") else False)]:
        link.parent.remove(link)
    return re.sub(r"\s+([.,;:)?]|$)", r"\1", re.sub(r"\s+", " ", node.astext()))
