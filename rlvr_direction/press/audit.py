"""The page of an audit: the chapter on one's own pair, run on its tables, as a notebook and as one HTML file."""

import json
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

import nbformat
import pandas as pd
import vl_convert
from markdown_it import MarkdownIt
from nbformat import NotebookNode

from rlvr_direction import ranks
from rlvr_direction.audit.run import audit
from rlvr_direction.audit.settings import AuditSettings
from rlvr_direction.lab.checkout import ROOT, TOYS, require
from rlvr_direction.lab.device import accelerator
from rlvr_direction.lab.regime import DECIDING, checkpoint, problems_of
from rlvr_direction.lab.toys import random_pair
from rlvr_direction.markup import FULL, TOKEN_STYLE, lines_html, token_html
from rlvr_direction.press.display import VEGA_LITE
from rlvr_direction.press.run import run_chapter
from rlvr_direction.problems import pair_named
from rlvr_direction.records import atomically

__all__ = ["CHAPTER", "audit_page", "known_pair", "own_pair", "page_html", "strips"]

CHAPTER = "08_your_own_pair"
BOOK_ONLY = {"book", "colab"}  # tags of cells that are not on the page
TOKENS_STYLED = f"<style>{TOKEN_STYLE}</style>"
SHOWN_AS = ("text/html", "text/markdown", "text/plain")


def audit_page(settings: AuditSettings) -> Path:
    """Audit a pair and write `audit.ipynb`, the executed chapter, and `audit.html`, which needs only a browser.

    Returns the page's path. What is measured is kept as it comes, and `settings.resume` goes on with it. Raises what
    `audit` raises, and FileNotFoundError without a clone of the repository, which the chapter comes with.
    """
    chapter, book_css, book_js = (
        require(ROOT / "book" / name) for name in (f"{CHAPTER}.ipynb", "assets/book.css", "assets/book.js")
    )
    folder = audit(settings).resolve()
    notebook, page = folder / "audit.ipynb", folder / "audit.html"
    if ranks.rank():
        return page  # which rank 0 makes
    with TemporaryDirectory() as place:
        source, read = Path(place, chapter.name), nbformat.read(chapter, 4)
        read.cells = _of_any_pair(read)
        nbformat.write(read, source)
        run_chapter(source, notebook, {"folder": str(folder)}, profile="audit")
    text = page_html(nbformat.read(notebook, 4), style=book_css.read_text(), script=book_js.read_text())
    atomically(page, lambda file: file.write(text.encode()))
    return page


def own_pair(toy: str, n: int, *, seed: int, out: Path | None = None) -> AuditSettings:
    """The settings of the book's own audit: `n` problems of a toy in the paper's regime, or of a "random" pair."""
    out = out or ROOT / "_build" / "audit" / toy
    task = "worded" if toy == "random" else toy
    if toy == "random":
        base, rl = random_pair(out / "pair", seed=seed)
    else:
        base, rl = (TOYS / toy / stage for stage in ("base", checkpoint(toy, DECIDING.stage)))
    problems = out / "problems.jsonl"
    rows = [{"problem": p.prompt, "answer": p.answer} for p in problems_of(task, n, "judged")]
    atomically(problems, lambda file: file.write("".join(json.dumps(row) + "\n" for row in rows).encode()))
    how = {"use": n, "samples": 1, "max_new_tokens": 24 if toy == "random" else None, "device_map": accelerator()}
    return AuditSettings(str(base), str(rl), problems, out, task=task, seed=seed, force=True, **how)


def known_pair(name: str, dataset: str, *, dtype: str, budget_minutes: float, seed: int) -> AuditSettings:
    """The settings of the book's audit of a known pair on a data set, both by name, on an accelerator if there is one.

    Raises ValueError for an unknown pair.
    """
    pair, out = pair_named(name), ROOT / "_build" / "audit" / name
    how = {"template": pair.template, "dtype": dtype, "device_map": accelerator(), "budget_minutes": budget_minutes}
    return AuditSettings(pair.base, pair.rl, Path(dataset), out, seed=seed, force=True, **how)


def page_html(notebook: NotebookNode, *, style: str, script: str) -> str:
    """The text and the outputs of an executed notebook as one page; code stays in the notebook.

    `style` and `script` are those of the book. HTML and images in Markdown are shown as text; outputs bring HTML, which
    is escaped where it is made.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parts = []
    for cell in _of_any_pair(notebook):
        if cell.cell_type == "markdown":
            parts.append(markdown.render(cell.source))
        parts += [_shown(output, markdown) for output in cell.get("outputs", [])]
    vega = vl_convert.javascript_bundle(vl_version=VEGA_LITE)
    return Template(files("rlvr_direction.press").joinpath("audit.html").read_text(encoding="utf-8")).substitute(
        style=TOKEN_STYLE + style, body="\n".join(parts), vega=_inert(vega), script=_inert(script)
    )


def strips(tokens: pd.DataFrame) -> str:
    """Problems and repaired responses as HTML, coloured by delta_logp.

    A token that was replaced is struck out before the one in its place. `tokens` is what `kept_tokens` returns; all of
    it is escaped.
    """
    return TOKENS_STYLED + "".join(_strip(rows) for _, rows in tokens.groupby("text_id"))


def _strip(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    spans = [
        token_html(
            row.token,
            row.delta_logp,
            f"delta_logp {row.delta_logp:+.2f} nats",
            scale=FULL,
            replaced=row.proposal if row.selected and row.proposal != row.token else "",
        )
        for row in rows.itertuples()
    ]
    outcome = "right" if first["correct"] else "wrong"
    return (
        f'<p>Problem {first["problem_id"]}:</p><pre class="mathjax_ignore">{lines_html(first["prompt"])}</pre>'
        f'<p>Answered {outcome}:</p><div class="rlvr-tokens mathjax_ignore">{"".join(spans)}</div>'
    )


def _of_any_pair(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that are not for the book alone."""
    return [cell for cell in notebook.cells if not BOOK_ONLY & set(cell.metadata.get("tags", []))]


def _shown(output: NotebookNode, markdown: MarkdownIt) -> str:
    """One output as HTML, in its richest form."""
    data = output.get("data", {})
    kind = next((kind for kind in SHOWN_AS if kind in data), None)
    if kind == "text/html":
        return f'<div class="output">{data[kind]}</div>'
    if kind == "text/markdown":
        return markdown.render(data[kind])
    return f"<pre>{escape(data[kind])}</pre>" if kind else ""


def _inert(script: str) -> str:
    """A script that does not end the element it stands in."""
    return script.replace("</script", "<\\/script")
