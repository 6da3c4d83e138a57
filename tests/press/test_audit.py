"""The page of an audit: it needs nothing but a browser, and no text of a model is markup."""

import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from rlvr_direction.audit.settings import AuditSettings
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.regime import problems_of
from rlvr_direction.press import audit as page
from rlvr_direction.press import display

HOSTILE = '</script><script>alert(1)</script><img src="https://x.y/z" onerror=alert(2)>${style}$body $$ **b** \u202e'
SETTINGS = AuditSettings("base", "rl", Path("problems.jsonl"), Path("out"))
STYLE, SCRIPT = "p { color: red; }", "window.book = '</script><script>alert(3)</script>';"


def notebook_of(*outputs, text="## Section", tags=()):
    code = v4.new_code_cell("secret = 1", outputs=list(outputs), metadata={"tags": list(tags)})
    return v4.new_notebook(cells=[v4.new_markdown_cell(text, metadata={"tags": list(tags)}), code])


def output(**data):
    return v4.new_output("display_data", {f"text/{kind}": text for kind, text in data.items()})


def shown(notebook):
    return BeautifulSoup(page.page_html(notebook, style=STYLE, script=SCRIPT), "html.parser")


def references(found):
    """Whatever a browser would fetch from elsewhere when it opens the page, its scripts and styles left out."""
    named = [tag[name] for tag in found(True) for name in ("src", "srcset", "data", "poster") if name in tag.attrs]
    named += [tag["href"] for tag in found("link")] + re.findall(r"@import.*|url\([^)]*\)", str(found("style")))
    return [reference for reference in named if not reference.startswith("data:")]


def test_the_page_has_the_texts_and_the_outputs_and_no_code():
    found = shown(
        notebook_of(output(html="<i>rich</i>", plain="plain"), output(markdown="**bold**"), output(plain="<"))
    )
    assert found.h1.text == "Audit of a pair" and found.h2.text == "Section"
    assert [tag.text for tag in found(["i", "strong", "pre"])] == ["rich", "bold", "<"]
    assert "secret" not in found.body.text and "plain" not in found.body.text


@pytest.mark.parametrize("tag", ["book", "colab"])
def test_what_is_for_the_book_alone_is_left_off(tag):
    assert not shown(notebook_of(output(html="<i>rich</i>"), tags=[tag])).find(["h2", "i"])


def test_a_page_has_no_exercise_of_the_book():
    chapter = nbformat.read(page.ROOT / "book" / f"{page.CHAPTER}.ipynb", 4)
    kept = "\n".join(cell.source for cell in page._of_any_pair(chapter))
    assert "{exercise}" not in kept and "{solution" not in kept and "## The findings" in kept


def test_the_page_holds_all_that_it_needs():
    found = shown(notebook_of())
    theme, vega, book = found("script")
    assert not theme.attrs and "vegaEmbed" in vega.string and "window.book" in book.string
    assert STYLE in found.style.string and ".rlvr-tokens" in found.style.string
    assert references(found) == [] and found.find(["link", "iframe", "base"]) is None


def test_no_text_of_a_model_is_markup_or_a_placeholder():
    tokens = pd.DataFrame(
        {"text_id": [0, 0], "problem_id": 4, "correct": False, "delta_logp": -0.5, "position": [0, 1]}
    )
    tokens = tokens.assign(token=HOSTILE, proposal=[HOSTILE, "other" + HOSTILE], selected=True, prompt=HOSTILE)
    table = display.table(pd.DataFrame({HOSTILE: [HOSTILE]})).bundle
    said = [output(html=page.strips(tokens)), output(html=table["text/html"]), output(plain=HOSTILE)]
    found = shown(notebook_of(*said, output(markdown=HOSTILE + "\n\n![x](https://x.y/z)"), text=HOSTILE))
    assert len(found("script")) == 3 and not found("img") and references(found) == []
    assert not any(name.startswith("on") for tag in found(True) for name in tag.attrs)
    seen = found.body.text
    assert seen.count("<script>alert(1)</script>") == 4 + 2 + 1 + 2  # strips, table, plain text, markdown
    assert seen.count("${style}$body $$") == 4 + 2 + 1 + 2 and seen.count(STYLE) == 0


def test_a_strip_strikes_out_what_was_replaced_and_only_that():
    tokens = pd.DataFrame(
        [(0, "a", "a", True, 1.0), (0, "b", "<c>", True, -1.0), (0, "d", "e", False, 0.0), (1, "f", "f", False, 0.0)],
        columns=["text_id", "token", "proposal", "selected", "delta_logp"],
    ).assign(problem_id=lambda rows: 7 + rows["text_id"], prompt="1 < 2\n?", correct=lambda rows: rows["text_id"] == 1)
    found = BeautifulSoup(page.strips(tokens), "html.parser")
    assert [tag.text for tag in found("s")] == ["<c>"]
    assert [tag.text for tag in found(class_="rlvr-tokens")] == ["a<c>bd", "f"]
    assert [tag.text for tag in found("p")] == ["Problem 7:", "Answered wrong:", "Problem 8:", "Answered right:"]
    assert [tag.text for tag in found("pre")] == ["1 < 2\n?"] * 2
    assert found.select_one(".down")["aria-label"] == "b: delta_logp -1.00 nats"


def test_the_books_own_pair_is_a_toy_in_the_papers_regime(tmp_path):
    settings = page.own_pair("pointer_tree", 9, seed=2, out=tmp_path)
    assert (settings.base, settings.task) == (str(TOYS / "pointer_tree" / "base"), "pointer_tree")
    assert settings.rl == str(TOYS / "pointer_tree" / "rl_020")
    assert (settings.use, settings.samples, settings.seed, settings.out) == (9, 1, 2, tmp_path)
    rows = [json.loads(line) for line in settings.problems.read_text().splitlines()]
    asked = problems_of("pointer_tree", 9, "judged")
    assert rows == [{"problem": problem.prompt, "answer": problem.answer} for problem in asked]


def test_the_books_audits_run_on_an_accelerator_if_there_is_one(monkeypatch, tmp_path):
    monkeypatch.setattr(page, "accelerator", lambda: "xpu")
    toy = page.own_pair("pointer_tree", 8, seed=0, out=tmp_path)
    public = page.known_pair("oat-zero-7b", "aime24", dtype="bfloat16", budget_minutes=1.0, seed=0)
    assert toy.device_map == public.device_map == "xpu"
    assert (toy.dtype, public.dtype) == ("float32", "bfloat16")
    assert public.rl == "sail/Qwen2.5-Math-7B-Oat-Zero" and public.task == "math"


def test_a_random_pair_is_made_below_the_folder_of_its_audit(tmp_path):
    settings = page.own_pair("random", 8, seed=0, out=tmp_path)
    assert settings.task == "worded" and settings.max_new_tokens == 24
    assert all((tmp_path / "pair" / name / "model.safetensors").is_file() for name in ("base", "rl"))
    assert settings.rl.endswith("rl") and len(settings.problems.read_text().splitlines()) == 8


@pytest.fixture
def chapter_run(monkeypatch):
    """What `run_chapter` was called with; it leaves an executed notebook of one output."""
    called = []

    def run_chapter(source, target, values, *, profile):
        called.append((source.name, values, profile))
        read = nbformat.read(source, 4)
        assert read.cells and not [cell for cell in read.cells if page.BOOK_ONLY & {*cell.metadata.get("tags", [])}]
        nbformat.write(notebook_of(output(html="<i>done</i>")), target)

    monkeypatch.setattr(page, "run_chapter", run_chapter)
    return called


def test_an_audit_leaves_the_executed_chapter_and_its_page_beside_the_tables(chapter_run, monkeypatch, tmp_path):
    monkeypatch.setattr(page, "audit", lambda settings: tmp_path)
    made = page.audit_page(SETTINGS)
    assert made == tmp_path / "audit.html" and nbformat.read(tmp_path / "audit.ipynb", 4).cells
    assert chapter_run == [(f"{page.CHAPTER}.ipynb", {"folder": str(tmp_path)}, "audit")]
    found = BeautifulSoup(made.read_text(encoding="utf-8"), "html.parser")
    assert found.i.text == "done" and "vl-fig" in found("script")[-1].string and "--rlvr-surface" in found.style.string


def test_of_several_ranks_the_first_makes_the_page(chapter_run, monkeypatch, tmp_path):
    monkeypatch.setattr(page, "audit", lambda settings: tmp_path)
    monkeypatch.setenv("RANK", "1")
    assert page.audit_page(SETTINGS) == tmp_path / "audit.html" and not chapter_run and not list(tmp_path.iterdir())


def test_without_the_chapter_nothing_is_measured(monkeypatch, tmp_path):
    monkeypatch.setattr(page, "ROOT", tmp_path)
    monkeypatch.setattr(page, "audit", lambda settings: pytest.fail("models would have been run"))
    with pytest.raises(FileNotFoundError, match=page.CHAPTER):
        page.audit_page(SETTINGS)
