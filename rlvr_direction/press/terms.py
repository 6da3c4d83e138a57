"""Words of the glossary and ids of claims in the pages: the first in a section is marked, and shows what it means.

A word is marked in prose alone: not in headings, code, formulas, links, tables or bold type, which defines it there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from docutils import nodes
from sphinx import addnodes

from rlvr_direction.lab.claims import CLAIMS

__all__ = ["add_definitions", "mark_terms", "pattern", "without_links"]

PAGE = "glossary"
CLAIM_AT = {id: f"claim-{id.lower()}" for id in CLAIMS}  # rows of the board, on the first page
ONLY_ROLES = {"api", "references"}  # pages on which only what `{term}` names is marked
EVERYDAY = {
    "area",
    "cell",
    "overlap",
    "role",
    "stage",
    "the tree",
    "worth",
}  # words with another meaning, too: marked where `{term}` names them
COMMON = {
    "arithmetic",
    "base",
    "policy",
    "response",
    "reward",
    "score",
    "token",
    "verdict",
    "worded",
}  # in nearly every section: marked once on a page
NOT_PROSE = (nodes.title, nodes.literal, nodes.math, nodes.reference, nodes.strong, nodes.table, addnodes.desc)


def pattern(words: Iterable[str]) -> re.Pattern:
    """Finds these words, the longest first, in the singular or plural; "pass@k" also as "pass@16"."""
    return re.compile(rf"(?<![\w@-])(?:{'|'.join(map(_form, sorted(words, key=len, reverse=True)))})(?![\w@-])")


def _form(word: str) -> str:
    """The group of a word's forms; its first letter may be a capital."""
    rest = re.escape(word[1:]).replace("@k", r"@\w+")
    rest = f"{rest[:-1]}(?:y|ies)" if rest.endswith("y") else f"{rest}s?"
    return f"(?:[{word[0].upper()}{word[0]}]{rest})"


def mark_terms(app, doctree, docname: str) -> None:
    """Make a link to the glossary of what `{term}` names, and of each term's first use in a section.

    The glossary itself stays as it is: the definitions are there. The id of a claim leads to its row on the first page.
    """
    if app.builder.format != "html" or docname == PAGE:
        return
    anchors = {name: place[1] for (kind, name), place in app.env.domaindata["std"]["objects"].items() if kind == "term"}
    glossary, board = (app.builder.get_relative_uri(docname, page) for page in (PAGE, app.config.root_doc))
    pages, seen = dict.fromkeys(anchors.values(), glossary) | dict.fromkeys(CLAIM_AT.values(), board), set()
    free = {name: at for name, at in (anchors | CLAIM_AT).items() if name not in EVERYDAY}
    for node in [*doctree.findall(nodes.reference)]:
        anchor = node.get("refid") or node.get("refuri", "").partition("#")[2]
        if anchor in anchors.values():
            seen.add((_section(node), anchor))
            node.replace_self(_link(node.astext(), anchor, glossary))
    if docname not in ONLY_ROLES:
        words = pattern(free)
        for text in [text for text in doctree.findall(nodes.Text) if _is_prose(text)]:
            text.parent.replace(text, _marked(text, words, free, pages, seen))


def _marked(text: nodes.Text, words: re.Pattern, anchors: Mapping, pages: Mapping, seen: set) -> list[nodes.Node]:
    """A text in which the words that its section has not `seen` yet are links."""
    said, parts, end = text.astext(), [], 0
    for found in words.finditer(said):
        name = _name(found[0], anchors)
        anchor, section = anchors[name], "" if name in COMMON else _section(text)
        if (section, anchor) not in seen:
            seen.add((section, anchor))
            parts += [nodes.Text(said[end : found.start()]), _link(found[0], anchor, pages[anchor])]
            end = found.end()
    return [*parts, nodes.Text(said[end:])]


def _name(found: str, names: Mapping) -> str:
    return next(name for name in sorted(names, key=len, reverse=True) if re.fullmatch(_form(name), found))


def _is_prose(text: nodes.Text) -> bool:
    above = list(_ancestors(text))
    return any(isinstance(node, nodes.paragraph) for node in above) and not any(
        isinstance(node, NOT_PROSE) for node in above
    )


def _ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    while node := node.parent:
        yield node


def _section(node: nodes.Node) -> str:
    """The section of a page in which a node stands; the page's own for what comes before the first section."""
    sections = [above["ids"][0] for above in _ancestors(node) if isinstance(above, nodes.section)]
    return sections[-2] if len(sections) > 1 else ""


def _link(word: str, anchor: str, page: str) -> nodes.raw:
    place = f'href="{page}#{anchor}" aria-describedby="definition-{anchor}"'
    link = nodes.raw("", f'<a class="rlvr-term" {place}>{escape(word)}</a>', format="html")
    link["term"] = anchor
    return link


def add_definitions(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Add to a page what the terms and claims that it marks mean: a list that only scripts and printers show."""
    used = {node["term"] for node in doctree.findall(nodes.raw) if "term" in node} if doctree else set()
    if not used:
        return
    shown = ""
    for item in app.env.get_doctree(PAGE).findall(nodes.definition_list_item):
        names = {anchor: term.astext() for term in item.findall(nodes.term) for anchor in term["ids"]}
        meaning = without_links(item.next_node(nodes.definition).deepcopy())
        for anchor in [anchor for anchor in names if anchor in used]:
            said = app.builder.render_partial(nodes.container("", *meaning.deepcopy().children))["fragment"]
            shown += f'<dt>{escape(names[anchor])}</dt><dd id="definition-{anchor}">{said}</dd>'
            if meaning.next_node(nodes.math):
                app.env.get_domain("math").data["has_equations"][pagename] = True
    for id in [id for id, anchor in CLAIM_AT.items() if anchor in used]:
        shown += (
            f'<dt>{id}</dt><dd id="definition-{CLAIM_AT[id]}"><p>Claim {id}: {escape(CLAIMS[id].statement)}</p></dd>'
        )
    context["body"] += f'<div class="rlvr-definitions"><p>Words of this page</p><dl>{shown}</dl></div>'


def without_links(meaning: nodes.Element) -> nodes.Element:
    """A definition with the words of its links and without its citations."""
    for link in [*meaning.findall(addnodes.pending_xref)]:
        if link.get("refdomain") == "cite":
            before = link.previous_sibling()
            if isinstance(before, nodes.Text):
                link.parent.replace(before, nodes.Text(before.astext().rstrip()))
            link.parent.remove(link)
        else:
            link.replace_self(nodes.Text(link.astext()))
    return meaning
