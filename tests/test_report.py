"""The token view: one page that needs nothing else, on which model text is text."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.report import report, report_html

TOPS = {f"{model}_top_{k}": "z" for model in ("base", "rl") for k in range(1, 6)}
LOGPS = {f"{name}_logp": -1.0 for name in TOPS}


def token(text_id, token, proposal, delta, **more):
    row = {"text_id": text_id, "token": token, "proposal": proposal, "delta_logp": delta, "prompt": "1<2\n"}
    return {
        **row,
        "proposal_delta_logp": delta,
        "selected": token != proposal,
        "correct": True,
        **TOPS,
        **LOGPS,
        **more,
    }


@pytest.fixture
def tables():
    tokens = [
        token(0, "<script>alert(1)</script>", "~", -1.5),
        token(0, "\n", "\n", 0.5),
        token(1, '" onfocus="x', "b", 0.0, correct=False, base_top_1="<img src=x>"),
    ]
    response = {"intervention": "delta_logp<=-0.3, gamma 0", "correct": True, "n_selected": 1, "n_changed": 1}
    return pd.DataFrame([response | {"n_tokens": 2}] * 2), pd.DataFrame(tokens)


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.seen = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))


def test_model_text_is_text(tables):
    html = report_html(*tables)
    tags = Tags(html).seen
    assert [tag for tag, _ in tags].count("script") == 1 and "img" not in [tag for tag, _ in tags]
    assert not any("onfocus" in attributes for _, attributes in tags)
    assert "&lt;script&gt;" in html and "1&lt;2" in html


def test_the_page_asks_nobody_for_anything(tables):
    html = report_html(*tables)
    assert not re.search(r"https?://|src=|href=|@import|url\(", html.replace("&lt;img src=x&gt;", ""))


def test_a_replaced_token_shows_its_proposal_and_every_token_can_be_focused(tables):
    html = report_html(*tables)
    assert "<s>~</s>" in html and html.count("<s>") == 2
    buttons = [attributes for tag, attributes in Tags(html).seen if tag == "button"]
    assert len(buttons) == 3 and all(float(b["data-delta"]) is not None for b in buttons)
    assert [b["class"] for b in buttons] == ["token down", "token up", "token down"]


def test_the_tip_names_the_top_of_both_models(tables):
    html = report_html(*tables)
    assert html.count("z 0.37") == 5 * 2 * 3 - 1 and "&lt;img src=x&gt; 0.37" in html


def test_the_slider_covers_every_proposal(tables):
    (slider,) = [attributes for tag, attributes in Tags(report_html(*tables)).seen if tag == "input"]
    assert float(slider["min"]) <= -1.5 and slider["type"] == "range"


def test_files_are_read_written_and_kept(tables, tmp_path):
    responses, tokens = tables
    records.save(responses, tmp_path / "d.parquet", metadata={})
    with pytest.raises(FileNotFoundError, match=r"d\.tokens\.parquet is not a file"):
        report(tmp_path / "d.parquet", tmp_path / "r.html")
    records.save(tokens, tmp_path / "d.tokens.parquet", metadata={})
    out = report(tmp_path / "d.parquet", tmp_path / "r.html")
    assert out.read_text() == report_html(responses, tokens)
    with pytest.raises(FileExistsError, match="--force"):
        report(tmp_path / "d.parquet", out)
    assert report(tmp_path / "d.parquet", out, force=True) == out


def test_a_file_of_another_kind_is_refused(tables):
    with pytest.raises(ValueError, match="lacks proposal, proposal_delta_logp"):
        report_html(tables[0], tables[1].drop(columns=["proposal", "proposal_delta_logp"]))
