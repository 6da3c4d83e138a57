"""Decoded responses as a page: proposals, likeliest tokens, outcomes; model text is never markup."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from rlvr_direction.report import report_html

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


def test_more_responses_than_the_limit_are_left_out_and_the_page_says_so():
    tokens = pd.DataFrame([token(i, "a", "a", 0.1) for i in range(5)])
    page = BeautifulSoup(report_html(responses(*["right"] * 5), tokens, limit=3), "html.parser")
    assert len(page("section")) == 3 and "The first 3 responses are shown." in page.text


def test_two_hundred_responses_take_less_than_fifty_bytes_per_token():
    n, rng = 20_000, np.random.default_rng(0)
    likely = {k: rng.choice([f"word{i}" for i in range(999)], n) for k in range(1, 6)}
    texts = {f"{model}_top_{k}": likely[k] for model in ("base", "rl") for k in likely}
    peaked = {name: -rng.exponential(4.0 * int(name.split("_")[2]), n) for name in LOGPS}
    tokens = pd.DataFrame([token(i // 100, "", "", 0.0) for i in range(n)]).assign(**texts, **peaked)
    chosen = {"token": likely[1], "proposal": np.where(rng.random(n) < 0.1, likely[2], likely[1])}
    html = report_html(responses(*["right"] * 200), tokens.assign(**chosen, delta_logp=rng.normal(size=n)))
    assert len(html) < 50 * n  # 10 MB for 200 responses of 1,000 tokens


def test_a_file_of_another_kind_is_refused(tables):
    with pytest.raises(ValueError, match="tokens file lacks proposal, proposal_delta_logp"):
        report_html(tables[0], tables[1].drop(columns=["proposal", "proposal_delta_logp"]))
    with pytest.raises(ValueError, match="response table lacks finished"):
        report_html(tables[0].drop(columns="finished"), tables[1])
