"""Write which families are tested for what, as the marks of the tests say, between the marks of a page.

.venv/bin/python tests/families.py book/scale.md
"""

import sys
from pathlib import Path

import pytest

from rlvr_direction.press.ledger import between_marks

TESTS = Path(__file__).parent
MARKS = ("<!-- families:start -->", "<!-- families:end -->")
PROPERTIES = ("scores", "identities", "batches", "drafts", "window", "adapter", "nested")


class Collected:
    """A plugin of pytest that keeps the tests it collects."""

    def pytest_collection_finish(self, session):
        self.session = session


def files():
    """The files that have a test of families."""
    return [path for path in sorted(TESTS.rglob("test_*.py")) if "mark.shows(" in path.read_text()]


def collected():
    """A session with the tests of `files`, none of which is run. Raises RuntimeError without tests."""
    plugin = Collected()
    collect = ["--collect-only", "-qq", "-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider"]
    if code := pytest.main([*collect, *map(str, files())], plugins=[plugin]):
        raise RuntimeError(f"the tests could not be collected: pytest ended with {code!r}")
    return plugin.session


def shown(session):
    """A mapping from every family to the properties that some test of a session shows of it."""
    plugins = session.config.pluginmanager.get_plugins()  # conftest.py among them
    of = {family: set() for family in next(plugin.FAMILIES for plugin in plugins if hasattr(plugin, "FAMILIES"))}
    for item in session.items:
        for mark in item.iter_markers("shows"):
            of[item.callspec.params["family"]] |= {*mark.args}
    return of


def table(of):
    """A row for every family, a column for every property. Raises ValueError for a property without a column."""
    if unknown := set().union(*of.values()) - {*PROPERTIES}:
        raise ValueError(f"a test shows {', '.join(sorted(unknown))}; the columns are {', '.join(PROPERTIES)}")
    rows = [["family", *PROPERTIES], ["---"] + [":-:"] * len(PROPERTIES)]
    rows += [[f"`{family}`", *("●" if name in has else "" for name in PROPERTIES)] for family, has in of.items()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(between_marks(page.read_text(), table(shown(collected())), MARKS))
