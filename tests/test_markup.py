"""Markup: what a model wrote is shown, never interpreted."""

from hypothesis import given
from hypothesis import strategies as st

from rlvr_direction.markup import shown, visible


def test_a_character_that_would_reorder_the_line_is_shown_as_its_escape():
    assert visible("\u202e") == "\\u202e" and visible("é") == "é"


def test_line_ends_and_tabs_are_marks():
    assert shown("a\n\tb") == "a⏎⇥b"


@given(st.text())
def test_no_text_is_markup_or_unprintable(text):
    html = shown(text)
    assert not set("<>\"'") & set(html) and html.isprintable()
