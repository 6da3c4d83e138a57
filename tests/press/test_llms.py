"""`llms.txt`: every page of the contents with what it holds, in the form that llmstxt.org describes."""

import re

import pytest

from rlvr_direction.press import llms

PAGES = {
    "index": """# The book

What is it? A test
of contents.

1. {doc}`One <one>`: the first, *of two*.

```{toctree}
:caption: Chapters
one
two
```
""",
    "one": "# First\n\nNever shown.\n",
    "two": "# Second\n\n:::{note}\nA box.\n:::\n\nIt has a sentence. And another.\n",
}


@pytest.fixture(scope="module")
def written(tiny_site):
    return (tiny_site(PAGES, {"build-finished": llms.write}) / "llms.txt").read_text()


def test_it_begins_with_the_title_and_the_summary(written):
    assert written.splitlines()[:3] == ["# The book", "", "> What is it? A test of contents."]


def test_a_page_is_told_by_the_map_of_the_front_page_or_by_its_first_sentence(written):
    assert (
        "## Chapters\n\n- [First](one.html): the first, of two.\n- [Second](two.html): It has a sentence.\n" in written
    )


def test_the_verdicts_are_linked_as_data(written):
    linked = re.findall(r"\]\((_static/[^)]+)\)", written.partition("## Data")[2])
    assert linked == ["_static/verdicts.json", "_static/verdicts.csv"]
