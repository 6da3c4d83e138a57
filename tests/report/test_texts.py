"""Scored texts as a page: scores of a token, sources and outcomes; no text is markup."""

import re

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from rlvr_direction.report import texts_html
from rlvr_direction.report.texts import SCORE_NAMES
from rlvr_direction.scores import SCORES

HOSTILE = '</script><script>alert(1)</script>" onfocus="x<img src=x>\u202e\x00'


def row(text_id, token="a", delta=0.5, *, position=0, source="", **more):
    scores = dict.fromkeys(SCORE_NAMES, 0.125) | {"delta_logp": delta}
    known = {"text_id": text_id, "source": source, "position": position, "token_id": 7, "token": token}
    return {**known, **scores, **more}


def page_of(rows, **options):
    return BeautifulSoup(texts_html(pd.DataFrame(rows), **options), "html.parser")


def options_of(page, name):
    return [option.text for option in page.select(f"#{name} option")][1:]


def test_the_scores_are_those_of_the_token_table():
    assert set(SCORE_NAMES) == set(SCORES)


def test_no_text_of_a_table_is_markup():
    rows = [row(i, HOSTILE, source=f"{HOSTILE}{i}", correct=True, prompt=HOSTILE, **{HOSTILE: HOSTILE}) for i in (0, 1)]
    page = page_of(rows)
    assert [script.get("id") for script in page("script")] == ["data", None] and not page("img")
    assert not any("onfocus" in element.attrs for element in page(True))
    assert page.main.text.count("</script><script>alert(1)</script>") == 2 * 5  # token, source, prompt, name, value
    assert not re.search(r"https?://|src=|href=|@import|url\(", str(page).replace("&lt;img src=x&gt;", ""))
    assert not {"\u202e", "\x00"} & set(str(page))


def test_tokens_stand_in_reading_order_coloured_with_their_scores():
    rows = [row(0, "b", -1.5, position=1, logp_rl=-1e-9), row(0, "a", 0.25), row(0, "", 0.0, position=2)]
    first, second, empty = page_of(rows).select("main .rlvr-tokens span")
    assert [cell["class"] for cell in (first, second, empty)] == [["up"], ["down"], ["same"]]
    assert (first.text, second.text, empty.text) == ("a", "b", "⟨7⟩")
    said = second["aria-label"].splitlines()
    assert said[0] == "b: delta_logp -1.50 nats, position 1" and second["data-delta"] == "-150"
    assert "logp_rl            0.000" in said
    assert "kl_rl_base         0.125" in said and len(said) == 1 + len(SCORE_NAMES) - 2


def test_the_summary_counts_every_source_and_only_the_first_texts_are_shown():
    rows = [row(i, delta=d, position=p, source="ab"[i % 2]) for i in range(6) for p, d in enumerate((i, i + 1.0))]
    page = page_of(rows, limit=3)
    cells = [[cell.text for cell in line("td")] for line in page.select(".sources tbody tr")]
    assert cells == [["a", "3", "6", "+2.500"], ["b", "3", "6", "+3.500"]]
    assert "The first 3 of 6 texts are shown" in page.text and "texts are shown" not in page_of(rows).text
    assert [heading.text for heading in page("h2")] == ["Text 0, a", "Text 1, b", "Text 2, a"]
    assert options_of(page, "source") == ["a (2)", "b (1)"]


def test_texts_are_filtered_by_outcome_only_if_they_were_graded():
    graded = [True, False, np.nan, 1.0, "yes"]
    page = page_of([row(i, correct=c) for i, c in enumerate(graded)])
    assert options_of(page, "outcome") == ["right (2)", "wrong (1)", "ungraded (2)"]
    assert [h.text for h in page("h2")] == ["Text 0: ✓ right", "Text 1: ✗ wrong", "Text 2", "Text 3: ✓ right", "Text 4"]
    assert not page_of([row(0), row(1)]).select(".bar select")


def test_further_columns_of_a_text_stand_above_it_and_those_of_tokens_do_not():
    rows = [row(0, position=p, problem_id=4, level="x" * 999, other=p, response="long") for p in range(2)]
    (facts,) = page_of(rows).select(".facts")
    assert facts.text == f"problem_id 4, level {'x' * 200}…"


def test_prompts_come_from_a_column_or_are_given_by_text():
    table = [row(0, prompt="1<2\n"), row(2, prompt="b")]
    assert [prompt.text for prompt in page_of(table).select(".prompt")] == ["1<2\n", "b"]
    given = page_of(table, prompts=["x", "y", "z"]).select(".prompt")
    assert [prompt.text for prompt in given] == ["x", "z"]
    with pytest.raises(ValueError, match="2 prompts, but a text numbered 2"):
        page_of(table, prompts=["x", "y"])


def test_many_sources_are_summed_up():
    page = page_of([row(i, source=f"s{i}") for i in range(25)])
    assert len(page.select(".sources tbody tr")) == 20 and "And 5 further sources." in page.text


def test_a_table_without_scores_or_rows_is_refused():
    table = pd.DataFrame([row(0)])
    with pytest.raises(ValueError, match="token table lacks delta_logp, token_id"):
        texts_html(table.drop(columns=["delta_logp", "token_id"]))
    with pytest.raises(ValueError, match="no rows"):
        texts_html(table.head(0))


def test_scores_that_are_not_finite_are_shown():
    rows = [row(0, delta=d, position=p) for p, d in enumerate((np.nan, np.inf, -np.inf))]
    cells = page_of(rows).select("main .rlvr-tokens span")
    assert [cell["data-delta"] for cell in cells] == ["1", "1", "-1000"]


def test_two_hundred_long_texts_take_less_than_ninety_bytes_per_token():
    n, rng = 20_000, np.random.default_rng(0)
    words = rng.choice([f"word{i}" for i in range(999)], n)
    table = pd.DataFrame([row(i // 100, position=i % 100) for i in range(n)]).assign(token=words)
    scores = {name: rng.exponential(size=n) for name in SCORE_NAMES}
    html = texts_html(table.assign(**scores | {"delta_logp": rng.normal(size=n)}))
    assert len(html) < 90 * n  # 18 MB for 200 texts of 1,000 tokens
