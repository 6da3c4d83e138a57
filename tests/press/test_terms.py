"""Words of the glossary: which uses are marked, and what a page shows of them."""

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx import addnodes

from rlvr_direction.lab.checkout import ROOT
from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press import terms

GLOSSARY = """# Glossary

:::{glossary}
entropy
  How undecided a {term}`policy` is: $H$.

policy
  A distribution of *tokens* <b>.

cell
deciding cell
  A stage.

pass@k
  One of $k$.

mass
  A probability.
:::
"""
PAGE = """# Entropy of a page

An entropy here, entropies there, the `entropy` and **mass**. [Mass](https://x.org) and a cell.

## First

High-entropy places; $mass$. Entropy of policies: pass@16, the deciding cell.

### Below

The entropy and the policy again; a mass.

| entropy |
|---|
| entropy |

## Second

A {term}`cell` has entropy.

## Third

Claims C2h, C2 and C2h, C4a-h, **C1**: `C1`.

```{toctree}
glossary
plain
short
```
"""


@pytest.fixture(scope="module")
def built(tiny_site):
    pages = {"index": PAGE, "glossary": GLOSSARY, "plain": "# Plain\n\nText.\n", "short": "# Short\n\nAn entropy.\n"}
    site = tiny_site(pages, {"doctree-resolved": terms.mark_terms, "html-page-context": terms.add_definitions})
    return {name: BeautifulSoup((site / f"{name}.html").read_text(), "html.parser") for name in pages}


def marked(part):
    return [link.get_text() for link in part.select("a.rlvr-term")]


def test_the_first_use_in_each_section_is_marked_and_nothing_that_is_no_prose(built):
    first, second, third = (built["index"].select_one(f"#{name}") for name in ("first", "second", "third"))
    of_page = marked(built["index"])
    assert of_page[: -len(marked(first) + marked(second) + marked(third))] == ["entropy"]
    assert marked(first) == ["Entropy", "policies", "pass@16", "deciding cell", "mass"]
    assert marked(second) == ["cell", "entropy"]


def test_a_mark_leads_to_the_glossary_and_is_described_by_a_definition_in_the_page(built):
    anchors = {element["id"] for element in built["glossary"](id=True)}
    links = built["index"].select("a.rlvr-term")
    assert links
    for link in [link for link in links if "claim" not in link["href"]]:
        page, _, anchor = link["href"].partition("#")
        assert page == "glossary.html" and anchor in anchors
        (said,) = built["index"].find_all(id=link["aria-describedby"])
        assert said.get_text().strip()


def test_a_claim_leads_to_its_row_on_the_first_page_and_shows_its_statement(built):
    links = built["index"].select_one("#third").select("a.rlvr-term")
    assert [(link.get_text(), link["href"]) for link in links] == [("C2h", "#claim-c2h"), ("C2", "#claim-c2")]
    (said,) = built["index"].find_all(id="definition-claim-c2h")
    assert said.get_text() == f"Claim C2h: {CLAIMS['C2h'].statement}"


def test_a_definition_keeps_its_formula_and_loses_its_links_and_the_page_loads_mathjax_for_it(built):
    (said,) = built["index"].find_all(id="definition-term-entropy")
    assert said.select(".math") and not said.select("a") and "undecided a policy is" in said.get_text()
    assert len(built["short"].select("script[src*=mathjax]")) == 1 and not built["plain"].select("script[src*=mathjax]")


def test_the_glossary_links_its_entries_without_repeating_them_and_a_page_without_terms_has_no_list(built):
    glossary = built["glossary"]
    assert marked(glossary) == [] and glossary.select_one('dl.glossary a[href="#term-policy"]').get_text() == "policy"
    assert not glossary.select(".rlvr-definitions") and not built["plain"].select(".rlvr-definitions")


def test_the_book_lists_its_words_in_alphabetical_order():
    entries = (ROOT / "book" / "glossary.md").read_text().split(":::{glossary}\n")[1].split("\n\n")
    words = [entry.split("\n")[0].lower() for entry in entries]
    assert len(words) > 40 and words == sorted(words)


@pytest.mark.parametrize("text, found", [("KL and kl", ["KL"]), ("a base-line", []), ("the bases", ["bases"])])
def test_capitals_hyphens_and_plurals(text, found):
    assert terms.pattern(["KL", "base"]).findall(text) == found


def test_the_longest_word_is_found():
    assert terms.pattern(["mass", "mass of all"]).findall("the mass of all") == ["mass of all"]


def test_a_definition_loses_its_citations_with_the_space_before_them():
    cite, link = (addnodes.pending_xref("", nodes.Text("it"), refdomain=domain) for domain in ("cite", "std"))
    said = terms.without_links(nodes.paragraph("", "", nodes.Text("A loss "), cite, nodes.Text(": "), link))
    assert said.astext() == "A loss: it"
