"""Explorers: in a notebook controls that compute; nothing where the book is run; a reason for what cannot be done."""

import pytest
from bs4 import BeautifulSoup

from rlvr_direction import EVERYWHERE, NOWHERE, Intervention, Sampling, load_toy_pair, score_tokens
from rlvr_direction.press import explorers

PROMPT = "Q:7+5*3-4\n"


@pytest.fixture(scope="module")
def pair():
    return load_toy_pair("arithmetic", "rl_020")


@pytest.fixture
def by_hand(monkeypatch):
    monkeypatch.delenv("RLVR_BOOK", raising=False)


def soup(html):
    return BeautifulSoup(html, "html.parser")


def test_the_strip_shows_every_token_with_its_delta_logp(pair):
    strip = soup(explorers.scored_html(pair, PROMPT, "=7+15-4"))
    table = score_tokens(pair, [{"prompt": PROMPT, "response": "=7+15-4"}], batch_size=1)
    cells = strip.select(".rlvr-tokens:not(.legend) span")
    assert [cell.get_text() for cell in cells] == table["token"].tolist()
    assert [f"{value:+.2f}" in cell["aria-label"] for cell, value in zip(cells, table["delta_logp"], strict=True)]


def test_what_cannot_be_scored_is_said_in_a_sentence(pair):
    assert "prompt" in soup(explorers.scored_html(pair, "", "<b>x</b>")).p.get_text()


def test_three_writers_share_their_noise_and_a_gate_that_never_fires_is_the_base(pair):
    def written(gate, seed):
        found = soup(explorers.decoded_html(pair, PROMPT, gate, Sampling(), seed=seed, max_new_tokens=48))
        strips = found.select(".rlvr-tokens:not(.legend)")
        return [strip.get_text() for strip in strips], found("h4")[2].get_text()

    for seed in range(20):
        (base, rl, mixed), said = written(Intervention(NOWHERE), seed)
        assert base == mixed and said.startswith("the mixture: 0 of ")
        if base != rl:
            break
    assert base != rl
    (again, _, mixed), said = written(Intervention(EVERYWHERE), seed)
    assert again == base and mixed == rl and "mixture: 0 of " not in said


def test_a_control_that_is_moved_changes_what_is_shown(pair, by_hand):
    *controls, page = explorers.decoding(pair, PROMPT, threshold=0.0, top_p=1.0, max_new_tokens=48).children
    controls = {control.description: control for control in controls}
    assert list(controls) == ["prompt", "threshold", "gamma", "top_p", "seed"]
    before = page.value
    controls["seed"].value = 3
    assert "rlvr-tokens" in before and page.value != before
    controls["prompt"].value = ""
    assert "rlvr-tokens" not in page.value and "prompt" in page.value


def test_text_boxes_for_a_prompt_and_a_response(pair, by_hand):
    *controls, page = explorers.scoring(pair, PROMPT, "=7").children
    assert [control.value for control in controls] == [PROMPT, "=7"]
    controls[1].value = "=7+15-4"
    assert page.value == explorers.scored_html(pair, PROMPT, "=7+15-4")


def test_a_page_has_no_dead_control(pair, monkeypatch):
    monkeypatch.setenv("RLVR_BOOK", "cpu")
    assert explorers.scoring(pair, PROMPT, "=7") is None
    assert explorers.decoding(pair, PROMPT, threshold=-0.3, max_new_tokens=8) is None
