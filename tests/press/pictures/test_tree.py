"""The picture of a tree of choices: the numbers of the tree, in both layouts and in words."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from rlvr_direction import theory
from rlvr_direction.press.pictures import tree as picture
from rlvr_direction.press.pictures.tree import Choice

SVG = "{http://www.w3.org/2000/svg}"
BASE = [np.array([[0.6, 0.4]]), np.array([[0.3, 0.7], [0.8, 0.2]])]
RL = [np.array([[0.2, 0.8]]), BASE[1]]
REWARD = np.array([1.0, 0.0, 1.0, -0.25])
NOTES = [f"note {i}" for i in range(6)]
FULL = picture.grow(BASE, RL, REWARD, ["~", "=", "right", "wrong", "right", "wrong"], NOTES)
UNEVEN = (Choice("a", 0.5, 0.7, (Choice("c<d", 0.5, 0.8, 1.0), Choice("d", 0.5, 0.2, 0.0))), Choice("b", 0.5, 0.3, 0.5))
layouts = pytest.mark.parametrize("layout", ["wide", "narrow"])
OVERLAPS = """
const seen = [...document.querySelectorAll('text, rect.box')].filter(e => e.tagName == 'rect' || e.textContent);
const boxes = seen.map(element => element.getBoundingClientRect());
const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom;
return seen.flatMap((e, i) => seen.slice(i + 1).filter((f, j) => meet(boxes[i], boxes[i + 1 + j])
  && e.parentNode !== f.parentNode).map(f => e.textContent + ' | ' + f.textContent));
"""


def texts(svg):
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_grown_tree_has_the_worth_that_theory_computes():
    for model, policy in (("base", BASE), ("rl", RL)):
        assert picture.worth(FULL, model) == pytest.approx(theory.expected_reward(policy, REWARD))


def test_a_grown_tree_has_tokens_chances_and_notes_where_they_belong():
    _, (token, base, rl, then, note) = FULL
    assert (token, base, rl, note) == ("=", 0.4, 0.8, "note 1")
    assert then == (Choice("right", 0.8, 0.8, 1.0, "note 4"), Choice("wrong", 0.2, 0.2, -0.25, "note 5"))


@layouts
def test_every_token_chance_note_worth_and_reward_is_shown(layout):
    said = texts(picture.draw(FULL, layout=layout))
    assert [said.count(token) for token in ("~", "=", "right", "wrong")] == [1, 1, 2, 2]
    assert set(NOTES) <= set(said) and said.count("reward 1") == 2 and "reward \N{MINUS SIGN}0.25" in said
    assert {"base 0.48", "RL 0.66", "base 0.30", "RL 0.30", "base 0.75", "RL 0.75", "0.60", "0.40"} <= set(said)


@layouts
def test_a_bar_is_as_long_as_its_chance(layout):
    root = ElementTree.fromstring(picture.draw(UNEVEN, layout=layout))
    (a, *_), (b, *_) = (
        [float(bar.get("width")) for bar in root.iter() if bar.get("class") == m] for m in ("base", "rl")
    )
    assert b / a == pytest.approx(0.7 / 0.5)


@layouts
def test_a_response_may_end_early_and_its_words_are_escaped(layout):
    said = texts(picture.draw(UNEVEN, layout=layout))
    assert {"c<d", "reward 0.5", "RL 0.80", "RL 0.71"} <= set(said)


def test_the_words_say_what_the_picture_shows():
    said = picture.describe(UNEVEN)
    assert said.startswith(
        "A tree of choices. At its root: expected reward 0.50 under base and 0.71 under RL. a (base 0.50"
    )
    assert "After a, c<d (base 0.50, RL 0.80): reward 1." in said and said.endswith(
        "b (base 0.50, RL 0.30): reward 0.5."
    )
    assert "reward \N{MINUS SIGN}0.25; note 5." in picture.describe(FULL)


def test_a_cell_gets_both_layouts_each_described():
    html = picture.shown(UNEVEN)
    assert re.findall(r'class="drawn (\w+)"', html) == ["wide", "narrow"]
    assert html.count('role="img" aria-label="A tree of choices.') == 2 and "c&lt;d (base" in html


def test_chances_that_do_not_add_up_are_not_drawn():
    with pytest.raises(ValueError, match=r"a, b under RL add up to 0\.900"):
        picture.draw((Choice("a", 0.5, 0.5, 1.0), Choice("b", 0.5, 0.4, 0.0)), layout="wide")


def test_a_tree_too_deep_for_a_page_is_not_drawn():
    deep = 1.0
    for _ in range(4):
        deep = (Choice("a", 1.0, 1.0, deep),)
    assert picture.draw(deep[0].then, layout="wide")
    with pytest.raises(ValueError, match="more than 3 choices in a row"):
        picture.draw(deep, layout="wide")


def test_a_missing_name_is_reported():
    with pytest.raises(ValueError, match="5 tokens and 0 notes for 6 branches"):
        picture.grow(BASE, RL, REWARD, ["a"] * 5)


@layouts
@pytest.mark.parametrize("tree", [FULL, UNEVEN], ids=["full", "uneven"])
def test_no_words_overlap(browser, tmp_path, tree, layout):
    path = Path(tmp_path, "picture.svg")
    path.write_text(picture.draw(tree, layout=layout))
    browser.get(path.as_uri())
    assert browser.execute_script("return document.querySelectorAll('text').length") > 8
    assert browser.execute_script(OVERLAPS) == []
