"""Drawing: escaped words, arrows that end where they point, and colours for either mode."""

import re
from xml.etree import ElementTree

import pytest

from rlvr_direction.palette import BASE, LESS_LIKELY, LIKELIER, RL
from rlvr_direction.press.pictures import ink


def test_words_are_escaped_and_keep_the_kinds_of_their_stretches():
    text = ElementTree.fromstring(ink.words(1, 2, "a<b ", ("c&d", "strong"), kind="quiet"))
    assert "".join(text.itertext()) == "a<b c&d" and text.get("class") == "quiet"
    assert [span.get("class") for span in text] == ["strong"]


@pytest.mark.parametrize("way", [(10, 0), (-10, 0), (0, 10), (0, -10)])
def test_the_head_of_an_arrow_has_its_tip_at_the_last_point_and_opens_towards_the_one_before(way):
    before, end = (20, 20), (20 + way[0], 20 + way[1])
    head = re.search(r'class="head" d="M(\S+) (\S+)l(\S+) (\S+)l(\S+) (\S+)z"', ink.arrow(before, end))
    x, y, dx, dy, across_x, across_y = map(float, head.groups())
    assert (x, y) == end
    middle = (x + dx + across_x / 2, y + dy + across_y / 2)
    assert middle == pytest.approx([e + 0.8 * (b - e) for e, b in zip(end, before, strict=True)])


def test_a_line_turns_a_corner_and_reaches_its_end():
    path = ElementTree.fromstring(ink.line((0, 0), (20, 0), (20, 30))).get("d")
    assert path == "M0 0L13 0Q20 0 20 7L20 30"


def test_a_bar_that_is_cut_is_an_outline():
    assert 'class="rl cut"' in ink.bar(0, 0, 10, "rl", cut=True) and 'class="rl"' in ink.bar(0, 0, 10, "rl")


def test_a_frame_has_both_modes_and_the_colours_of_the_book():
    root = ElementTree.fromstring(ink.frame(10, 20, [], layout="wide"))
    style = root[0].text
    assert root.get("viewBox") == "0 0 10 20" and root.get("class") == "drawn wide"
    assert "prefers-color-scheme:dark" in style and 'html[data-theme="dark"]' in style
    assert all(colour in style for colour in (BASE, RL, LIKELIER, LESS_LIKELY))


def test_every_rule_of_the_style_stays_inside_drawn_pictures():
    rules = re.sub(r"@media \([^)]*\)\{(.*?\})\}", r"\1", ink.STYLE)
    selectors = re.findall(r"([^{}]+)\{[^{}]*\}", rules)
    assert selectors and all(".drawn" in selector for selector in selectors)


def test_a_badge_and_a_box_hold_their_words():
    assert ">3</text>" in ink.badge(0, 0, 3)
    group = ElementTree.fromstring(ink.box(0, 0, 10, 10, ink.words(1, 1, "in")))
    assert group.get("class") == "holds" and [child.tag for child in group] == ["rect", "text"]
