"""Markup: model text is shown, never interpreted; colour follows the sign and size of a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlvr_direction.markup import chains_html, text_html, tokens_html, visible


def strip(tokens, values, scale=2.0):
    return tokens_html(tokens, values, scale=scale, name="delta_logp", unit="nats")


def test_a_character_that_would_reorder_the_line_is_shown_as_its_escape():
    assert visible("\u202e") == "\\u202e" and visible("é") == "é"


def test_line_ends_and_tabs_are_marks():
    assert text_html("a\n\tb") == "a⏎⇥b"


@given(st.text())
def test_no_text_is_markup_or_unprintable(text):
    html = text_html(text)
    assert not set("<>\"'") & set(html) and html.isprintable()


def test_a_token_that_looks_like_markup_is_shown_as_text():
    html = strip(["<script>alert(1)</script>", '" onfocus="x'], [1.0, -1.0])
    assert "<script" not in html and "&lt;script&gt;" in html
    assert 'onfocus="' not in html


def test_a_newline_is_visible_and_breaks_the_line():
    assert "⏎</span>\n" in strip(["\n"], [0.1])


@pytest.mark.parametrize(
    ("value", "side", "size"),
    [(4.0, "up", 60), (-1.0, "down", 30), (-0.004, "same", 0), (float("nan"), "same", 0), (float("-inf"), "down", 60)],
)
def test_colour_follows_the_sign_and_the_size_and_the_number_is_said(value, side, size):
    cell = f'<span class="{side}" style="--size:{size}%" tabindex="0" role="img" aria-label="a: {value:+.2f} nats">'
    assert cell in strip(["a"], [value])


def test_a_strip_needs_one_value_per_token():
    with pytest.raises(ValueError, match="2 tokens and 1 values"):
        strip(["a", "b"], [1.0])


def test_a_chain_of_thought_is_text_with_its_decisions_and_first_error_marked():
    roles = ["decide", "first_error", "first_error", "format", "format"]
    html = chains_html({"base <i>": ("=<b\nA", roles), "RL": ("", [])})
    assert '<span class="decide">=</span><span class="first_error" title="first error">&lt;b</span>' in html
    assert '<span class="format">\nA</span>' in html
    assert "<figcaption>base &lt;i&gt;</figcaption>" in html and html.count("<figure>") == 2


def test_a_chain_needs_one_role_per_character():
    with pytest.raises(ValueError, match="3 characters and 1 roles"):
        chains_html({"RL": ("abc", ["copy"])})
