"""Staging and verifying: what the site is made of, and what would keep it from being published."""

import nbformat
import pytest
from nbformat import v4

from rlvr_direction.publish import ledger, run, site, sphinx_ext, verify


@pytest.fixture
def root(tmp_path):
    (tmp_path / "book" / "assets").mkdir(parents=True)
    (tmp_path / "rlvr_direction").mkdir()
    (tmp_path / "rlvr_direction" / "module.py").write_text("x = 1")
    (tmp_path / "book" / "index.md").write_text("# Title\n" + "\n".join(ledger.MARKS) + "\n")
    (tmp_path / "book" / "01_tiny.md").write_text("the paired text")
    source = tmp_path / "book" / "01_tiny.ipynb"
    cells = [
        v4.new_markdown_cell("# Tiny\n\nA text."),
        v4.new_code_cell("%pip install x", metadata={"tags": ["colab"]}),
    ]
    nbformat.write(v4.new_notebook(cells=cells), source)
    executed = run.executed("smoke", source, tmp_path)
    executed.parent.mkdir(parents=True)
    nbformat.write(v4.new_notebook(cells=cells), executed)
    ledger.write_claims([], site.claims_file(tmp_path))
    return tmp_path


def test_a_chapter_is_staged_once_executed_and_a_smoke_page_says_what_it_is(root):
    staged = site.stage("smoke", root=root)
    assert {path.name for path in staged.iterdir()} == {"index.md", "01_tiny.ipynb", "assets", "rlvr_direction"}
    first, colab = nbformat.read(staged / "01_tiny.ipynb", 4).cells
    assert first.source.startswith("# Tiny\n\n:::{admonition} A smoke build is not evidence")
    assert "remove-cell" in colab.metadata.tags
    assert "without a verdict yet" in (staged / "index.md").read_text()


def test_the_published_profile_has_no_banner():
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Tiny\n\nA text.")])
    assert site.for_readers(notebook, "cpu").cells[0].source == "# Tiny\n\nA text."


def test_a_chapter_without_a_title_is_refused():
    with pytest.raises(ValueError, match="begins with its title"):
        site.for_readers(v4.new_notebook(cells=[v4.new_markdown_cell("text")]), "smoke")


GOOD = '<a id="here" href="#here">x</a><a href="https://example.org">y</a><img src="b.png" alt="words">'
FAULTS = {
    '<script src="https://cdn.example.org/x.js"></script>': "from another host",
    '<link rel="stylesheet" href="//cdn.example.org/x.css">': "from another host",
    '<a href="gone.html">x</a>': "not there",
    '<a href="#gone">x</a>': "not there",
    '<img src="b.png">': "without a description",
    '<div class="vl-fig"></div>': "without a description",
    "<pre>Traceback (most recent call last)</pre>": "traceback",
}


@pytest.fixture
def built(tmp_path):
    (tmp_path / "b.png").write_bytes(b"")

    def make(body):
        (tmp_path / "page.html").write_text(body)
        return verify.verify(tmp_path)

    return make


def test_a_sound_page_has_nothing_wrong(built):
    assert built(GOOD) == []


@pytest.mark.parametrize(("fault", "message"), FAULTS.items())
def test_each_fault_is_found(built, fault, message):
    (wrong,) = built(GOOD + fault)
    assert message in wrong


def test_a_style_sheet_that_fetches_is_found(built, tmp_path):
    (tmp_path / "a.css").write_text("@import 'https://fonts.example.org/x'; a { src: url(//cdn.example.org/f.woff) }")
    assert len(built(GOOD)) == 2


def test_an_empty_site_is_a_fault(tmp_path):
    assert "no page" in verify.verify(tmp_path)[0]


def test_a_docstring_is_prose_with_code_and_examples():
    lines = ["The *batch of `a|b` || pi_", "", ">>> f(*x)", "'_'", "", "after_"]
    sphinx_ext.plain_docstring(None, "function", "f", None, None, lines)
    assert lines == ["The \\*batch of ``a|b`` \\|\\| pi\\_", "", ">>> f(*x)", "'_'", "", "after\\_"]
