"""The token strip: what a model wrote is text, colour is the sign and the size."""

import pytest

from rlvr_direction.press import display


def test_a_token_that_looks_like_markup_is_shown_as_text():
    html = display.token_strip(["<script>alert(1)</script>", '" onfocus="x'], [1.0, -1.0])._repr_html_()
    assert "<script" not in html and "&lt;script&gt;" in html
    assert 'onfocus="' not in html


def test_a_newline_is_visible_and_breaks_the_line():
    assert "⏎</span>\n" in display.token_strip(["\n"], [0.1])._repr_html_()


@pytest.mark.parametrize(
    ("value", "side", "size"), [(4.0, "up", ".60"), (-1.0, "down", ".30"), (float("nan"), "same", ".00")]
)
def test_colour_follows_the_sign_and_the_size(value, side, size):
    html = display.token_strip(["a"], [value], scale=2.0)._repr_html_()
    assert f'class="{side}" style="--size:0{size}" tabindex="0"' in html


def test_infinite_values_have_full_colour():
    assert "--size:0.60" in display.token_strip(["a"], [float("-inf")])._repr_html_()


def test_a_strip_needs_one_value_a_token():
    with pytest.raises(ValueError, match="2 tokens and 1 values"):
        display.token_strip(["a", "b"], [1.0])


def test_a_chain_of_thought_is_text_with_its_decisions_and_first_error_marked():
    roles = ["decide", "first_error", "first_error", "format", "format"]
    html = display.chains({"base <i>": ("=<b\nA", roles), "RL": ("", [])})._repr_html_()
    assert '<span class="decide">=</span><span class="first_error" title="first error">&lt;b</span>' in html
    assert '<span class="format">\nA</span>' in html
    assert "<figcaption>base &lt;i&gt;</figcaption>" in html and html.count("<figure>") == 2


def test_a_chain_needs_one_role_a_character():
    with pytest.raises(ValueError, match="3 characters and 1 roles"):
        display.chains({"RL": ("abc", ["copy"])})
