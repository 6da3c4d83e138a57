"""The drawn pictures: committed as drawn, shown where they teach, described, and with every text inside its box."""

import re
from pathlib import Path

import pytest

from rlvr_direction.lab.checkout import ROOT
from rlvr_direction.press import pictures

PAGES = {"decoder": "03_token_replacement", "tasks": "01_rlvr_in_miniature", "verdict": "reproducibility"}
BOTH = [(name, which) for name in pictures.PICTURES for which in (0, 1)]
OUTSIDE = """
return [...document.querySelectorAll('text')].filter(text => text.textContent).filter(text => {
  const holder = (text.closest('.holds') || document).querySelector('rect');
  const [box, own] = [holder, text].map(element => element.getBoundingClientRect());
  return own.left < box.left + 2 || own.right > box.right - 2 || own.top < box.top || own.bottom > box.bottom;
}).map(text => text.textContent)
"""


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_the_committed_picture_is_the_one_that_is_drawn(name, tmp_path):
    pictures.write(tmp_path)
    assert (ROOT / "book" / "assets" / f"{name}.svg").read_text() == (tmp_path / f"{name}.svg").read_text()


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_page_shows_the_picture_and_describes_it(name):
    found = re.findall(rf"!\[([^\]]*)\]\(assets/{name}.svg\)", (ROOT / "book" / f"{PAGES[name]}.md").read_text())
    assert len(found) == 1 and len(found[0]) > 100 and '"' not in found[0]


def test_a_name_that_is_no_drawn_picture_has_no_layouts():
    assert pictures.layouts("favicon") == []


@pytest.mark.parametrize(("name", "which"), BOTH)
def test_no_text_leaves_its_box(browser, tmp_path, name, which):
    path = Path(tmp_path, "picture.svg")
    path.write_text(pictures.layouts(name)[which])
    browser.get(path.as_uri())
    assert browser.execute_script("return document.querySelectorAll('text').length") > 8
    assert browser.execute_script(OUTSIDE) == []


def test_a_text_that_is_too_long_would_be_seen(browser, tmp_path):
    path = Path(tmp_path, "picture.svg")
    path.write_text(
        pictures.layouts("verdict")[0].replace("fixed before the runs", "fixed long before any of the runs")
    )
    browser.get(path.as_uri())
    assert browser.execute_script(OUTSIDE) == ["fixed long before any of the runs"]
