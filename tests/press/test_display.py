"""What chapters show: figures have descriptions and data, and records are JSON."""

import base64
import json
import re

import altair as alt
import pandas as pd
import pytest
import vl_convert
from bs4 import BeautifulSoup

from rlvr_direction.lab.claims.claim import Claim, Judged
from rlvr_direction.press import display

DATA = pd.DataFrame({"x": [1, 2], "y": [3.0, 4.0], "said": ["</script><b>", "ok"]})


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr(display, "display", lambda thing: bundles.append(thing._repr_mimebundle_()))
    return bundles


@pytest.fixture
def in_the_book(monkeypatch):
    monkeypatch.setenv("RLVR_BOOK", "smoke")
    yield display.set_up()
    alt.renderers.enable("default")


def chart(description="two points, the second higher"):
    drawn = alt.Chart(DATA).mark_point().encode(x="x:Q", y="y:Q", tooltip="said:N")
    return drawn.properties(description=description) if description else drawn


def test_a_figure_without_a_description_is_refused():
    with pytest.raises(ValueError, match="no description"):
        display.figure(chart(None), DATA, "nothing")


def test_a_figure_carries_its_picture_its_words_and_its_data(in_the_book):
    html = display.figure(chart(), DATA, "points").bundle["text/html"]
    assert 'aria-label="two points, the second higher"' in html and "data:image/svg+xml" in html
    csv = base64.b64decode(re.search(r"data:text/csv;base64,([^\"]+)", html)[1]).decode()
    assert csv.splitlines()[:1] == ["x,y,said"] and "ok" in csv


def test_data_cannot_close_the_script_that_holds_it(in_the_book):
    html = display.figure(chart(), DATA, "points").bundle["text/html"]
    inert = re.search(r'class="vl-spec">(.*?)</script>', html, re.S)[1]
    assert "</script><b>" in json.dumps(json.loads(inert))


def test_a_reader_of_the_notebook_gets_altair_s_own_drawing_and_the_data(monkeypatch):
    monkeypatch.delenv("RLVR_BOOK", raising=False)
    display.set_up()
    html = display.figure(chart(), DATA, "points").bundle["text/html"]
    assert "vegaEmbed" in html and "points.csv" in html


def test_the_picture_and_the_script_use_the_same_vega_lite():
    assert display.VEGA_LITE in vl_convert.get_vegalite_versions()


CLAIM = Claim("X", "It <i>.", "Above 0.", "01_x", "a <b> measure", "share", departures=("No seeds.",))


def test_a_claim_is_shown_with_its_rule_and_leaves_its_record_in_the_output(shown):
    display.claim([Judged(CLAIM, "arithmetic", "reproduced", 0.91234567, 0.8, 0.95, CLAIM.measured)])
    (bundle,) = shown
    record = bundle[display.CLAIM]
    assert (record["id"], record["task"], record["value"]) == ("X", "arithmetic", 0.9123)
    assert "<b>" not in bundle["text/html"] and "<i>" not in bundle["text/html"]
    assert "0.912 [0.8, 0.95] share" in bundle["text/plain"] and "(above 0 supports it)" in bundle["text/html"]
    assert "Above 0. Departure from the registered rule: No seeds." in bundle["text/html"]
    json.dumps(record, allow_nan=False)


def test_rows_beside_a_verdict_are_listed_with_it_and_a_look_is_called_one(shown):
    row = Judged(CLAIM, "a", "reproduced", 0.9, 0.8, 0.95, "t", "here")
    beside = Judged(CLAIM, "a", "not reproduced", 0.1, 0.0, 0.2, "t", "the <cell>", False, note="<b>")
    look = Judged(CLAIM, "b", "inconclusive", 0.1, 0.0, 0.2, "t", deciding=False)
    display.claim([row, beside, look])
    first, second = shown
    assert [row["cell"] for row in first[display.CLAIM]["neighbours"]] == ["the <cell>"]
    assert "the &lt;cell&gt;: 0.1 [0, 0.2] share. &lt;b&gt;</li>" in first["text/html"]
    assert second["text/plain"].startswith("X · b · inconclusive · a look, no verdict")


def test_every_row_is_shown_and_an_exact_one_has_no_interval(shown):
    row = Judged(CLAIM, None, "not reproduced", -1.0, None, None, "t")
    display.claim([row, row])
    assert len(shown) == 2 and "[" not in shown[0]["text/plain"] and shown[0]["text/plain"].startswith("X · not")


def test_an_undefined_number_is_recorded_as_none(shown):
    display.check("a ratio", float("nan"), low=0.0, high=1.0)
    assert shown[0][display.CHECK] == {"name": "a ratio", "value": None, "band": [0, 1]}


def test_the_stamp_says_what_the_run_was(shown):
    display.stamp(seed=3)
    record = shown[0][display.STAMP]
    assert record["seed"] == 3 and record["seconds"] >= 0 and record["hardware"]
    assert {"profile", "commit", "python", "torch", "trl", "peak memory"} <= set(record)


def test_an_estimate_and_its_interval_fit_into_one_column():
    table = pd.DataFrame({"gain": [0.12345, -0.5], "low": [0.1, -0.75], "high": [0.15, -0.25]})
    assert display.intervals(table, "gain", digits=2).tolist() == ["0.12 [0.10, 0.15]", "-0.50 [-0.75, -0.25]"]


def test_zero_has_no_sign():
    table = pd.DataFrame({"gain": [-1e-17], "low": [-0.0], "high": [0.0]})
    assert display.intervals(table, "gain", digits=2).tolist() == ["0.00 [0.00, 0.00]"]


def test_a_table_has_no_index_and_shows_texts_whole_and_inert():
    hostile = "<img src=x onerror=alert(1)>" + "$x$" * 40
    shown = display.table(pd.DataFrame({"<b>": [hostile], "n": [0.123456]}, index=["row 7"]), digits=2).bundle
    page = BeautifulSoup(shown["text/html"], "html.parser")
    assert not page("img") and not page("b")
    assert [cell.text for cell in page("th")] == ["<b>", "n"]
    assert [cell.text for cell in page("td")] == [hostile, "0.12"]
    assert {"dataframe", "mathjax_ignore"} <= set(page.table["class"])
    assert "row 7" not in shown["text/plain"] and "0.123456" in shown["text/plain"]


def test_a_table_shows_its_index_only_where_that_says_something():
    table = pd.DataFrame({"a": [1, 2]})
    assert "<th>0</th>" not in display._without_row_numbers(table)
    assert "<th>x</th>" in display._without_row_numbers(table.set_index(pd.Index(["x", "y"])))


def test_a_folded_table_is_behind_its_line_and_inert():
    found = display.folded(pd.DataFrame({"text": ["<script>"]}), "All of <code>it</code>").bundle
    assert found["text/html"].startswith("<details><summary>All of <code>it</code></summary><table")
    assert "<script>" not in found["text/html"] and "All of" in found["text/plain"]
