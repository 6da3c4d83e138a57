"""The token view: one self-contained page on which model text is never markup."""

import base64
import gzip
import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from rlvr_direction import records
from rlvr_direction.report import ReportSettings, report, report_html

TOPS = {f"{model}_top_{k}": "z" for model in ("base", "rl") for k in range(1, 6)}
LOGPS = {f"{name}_logp": -1.0 for name in TOPS}


def token(text_id, token, proposal, delta, **more):
    row = {"text_id": text_id, "problem_id": text_id, "sample_id": 0, "token": token, "proposal": proposal}
    row |= {"delta_logp": delta, "proposal_delta_logp": delta, "prompt": "1<2\n", "answer": "<b>"}
    return {**row, "selected": token != proposal, **TOPS, **LOGPS, **more}


def responses(*outcomes):
    common = {"intervention": "delta_logp<=-0.3, gamma 0", "sample_id": 0, "n_tokens": 2}
    return pd.DataFrame(
        [
            {**common, "problem_id": i, "n_selected": 1, "n_changed": 1}
            | {"correct": outcome == "right", "finished": outcome != "unfinished"}
            for i, outcome in enumerate(outcomes)
        ]
    )


@pytest.fixture
def tables():
    tokens = [
        token(0, "<script>alert(1)</script>", "~", -1.5),
        token(0, "\n", "\n", 0.5),
        token(1, '" onfocus="x', "b", 0.0, base_top_1="<img src=x>\n"),
    ]
    return responses("right", "unfinished"), pd.DataFrame(tokens)


def cells(html):
    return BeautifulSoup(html, "html.parser").select("main .rlvr-tokens span")


def test_model_text_is_text(tables):
    page = BeautifulSoup(report_html(*tables), "html.parser")
    assert [script.get("id") for script in page("script")] == ["data", None] and not page("img") and not page.main("b")
    assert not any("onfocus" in element.attrs for element in page(True))
    assert "<script>alert(1)</script>" in page.main.text and "1<2" in page.main.text and "answer: <b>" in page.main.text


def test_the_page_loads_nothing(tables):
    html = report_html(*tables)
    assert not re.search(r"https?://|src=|href=|@import|url\(", html.replace("&lt;img src=x&gt;", ""))


def test_a_replaced_token_shows_its_proposal_and_every_token_can_be_focused(tables):
    found = cells(report_html(*tables))
    assert [cell.s.text if cell.s else None for cell in found] == ["~", None, "b"]
    assert [cell["class"] for cell in found] == [["down"], ["up"], ["same"]]
    assert all(cell["tabindex"] == "0" for cell in found)


def test_a_token_lists_the_likeliest_tokens_of_both_models():
    tops = {"base_top_1": "~", "base_top_1_logp": math.log(0.8), "rl_top_1": "=\n", "rl_top_1_logp": math.log(0.9)}
    tops |= {"rl_top_2": "~", "rl_top_2_logp": math.log(0.05)}
    rest = dict.fromkeys((name for name in LOGPS if name not in tops), -9.0)
    (cell,) = cells(report_html(responses("right"), pd.DataFrame([token(0, "~", "=", -1.5, **rest | tops)])))
    assert cell["aria-label"] == "~: delta_logp -1.50 nats, selected\nbase   rl\n   -  90% =⏎\n 80%   5% ~"


def test_pieces_of_a_character_are_one_cell_worth_their_sum():
    tokens = pd.DataFrame([token(0, "", "", -0.5), token(0, "€", "a", -1.0), token(0, "b", "b", 0.25)])
    euro, b = cells(report_html(responses("right"), tokens))
    assert euro["aria-label"].startswith("€: delta_logp -1.50 nats, over 2 tokens, selected")
    assert (euro.s.text, euro["data-delta"], b.text) == ("a", "-100", "b")


def test_a_response_is_right_wrong_or_unfinished_and_names_its_problem():
    tokens = pd.DataFrame([token(i, "a", "a", 0.1, answer=str(i)) for i in range(3)])
    page = BeautifulSoup(report_html(responses("right", "wrong", "unfinished"), tokens), "html.parser")
    assert [heading.text for heading in page("h2")] == [
        "Problem 0, sample 0: ✓ right (expected answer: 0)",
        "Problem 1, sample 0: ✗ wrong (expected answer: 1)",
        "Problem 2, sample 0: … unfinished (expected answer: 2)",
    ]
    assert "33.3% right, 33.3% wrong, 33.3% unfinished" in page.text
    assert [option.text for option in page("option")][1:] == ["right (1)", "wrong (1)", "unfinished (1)"]


def test_the_first_page_is_plain_and_the_others_are_packed_and_complete():
    tokens = pd.DataFrame([token(i, "a", "a", 0.1) for i in range(45)])
    page = BeautifulSoup(report_html(responses(*["right"] * 45), tokens), "html.parser")
    data = json.loads(page.find(id="data").string)
    packs = [json.loads(gzip.decompress(base64.b64decode(pack))) for pack in data["packs"]]
    titles = [BeautifulSoup("".join(pack), "html.parser")("h2") for pack in packs]
    problems = [heading.text.split(",")[0] for heading in sum(titles, page("h2"))]
    assert problems == [f"Problem {i}" for i in range(45)] and [len(pack) for pack in packs] == [10] * 3 + [5]


def test_the_slider_counts_the_proposals_at_or_below_each_threshold():
    deltas = [-12.0, -1.5, -0.3, -0.3001, -0.2999, 0.0, 2.0]
    tokens = pd.DataFrame([token(0, "a", "a", delta) for delta in deltas])
    page = BeautifulSoup(report_html(responses("right"), tokens), "html.parser")
    data, slider = json.loads(page.find(id="data").string), page.find("input")
    assert len(data["at_most"]) == 1001 and 100 * float(slider["min"]) == data["from"] == -1000
    thresholds = np.array([-10, -1.5, -0.31, -0.3, -0.29, 0])
    at_most = [data["at_most"][round(100 * t) - data["from"]] for t in thresholds]
    assert at_most == [(np.array(deltas) <= t).sum() for t in thresholds] == [1, 2, 2, 4, 5, 6]


def test_two_hundred_responses_take_less_than_fifty_bytes_per_token():
    n, rng = 20_000, np.random.default_rng(0)
    likely = {k: rng.choice([f"word{i}" for i in range(999)], n) for k in range(1, 6)}
    texts = {f"{model}_top_{k}": likely[k] for model in ("base", "rl") for k in likely}
    peaked = {name: -rng.exponential(4.0 * int(name.split("_")[2]), n) for name in LOGPS}
    tokens = pd.DataFrame([token(i // 100, "", "", 0.0) for i in range(n)]).assign(**texts, **peaked)
    chosen = {"token": likely[1], "proposal": np.where(rng.random(n) < 0.1, likely[2], likely[1])}
    html = report_html(responses(*["right"] * 200), tokens.assign(**chosen, delta_logp=rng.normal(size=n)))
    assert len(html) < 50 * n  # 10 MB for 200 responses of 1,000 tokens


def test_files_are_read_written_and_kept(tables, tmp_path):
    decoded, out = tmp_path / "d.parquet", tmp_path / "r.html"
    records.save(tables[0], decoded, metadata={})
    with pytest.raises(FileNotFoundError, match=r"d\.tokens\.parquet is not a file"):
        report(ReportSettings(decoded, out))
    records.save(tables[1], tmp_path / "d.tokens.parquet", metadata={})
    assert report(ReportSettings(decoded, out)) == out
    assert out.read_text() == report_html(*tables)
    with pytest.raises(FileExistsError, match="--force"):
        report(ReportSettings(decoded, out))
    assert report(ReportSettings(decoded, out, force=True)) == out


def test_a_file_of_another_kind_is_refused(tables):
    with pytest.raises(ValueError, match="tokens file lacks proposal, proposal_delta_logp"):
        report_html(tables[0], tables[1].drop(columns=["proposal", "proposal_delta_logp"]))
    with pytest.raises(ValueError, match="response table lacks finished"):
        report_html(tables[0].drop(columns="finished"), tables[1])
