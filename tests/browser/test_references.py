"""Ten views of the book look as they did: compared coarsely, so that a font may differ and a missing chart may not.

`RENEW_REFERENCES=1 .venv/bin/python -m pytest -q tests/browser/test_references.py` takes the references anew.
"""

import base64
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

REFERENCES = Path(__file__).parents[1] / "references"
SCALE = 0.5  # of the pictures that are kept
GRID = (32, 24)  # cells along and down a view; in each, a mean colour and how much the light varies
ALONE = """
const style = document.createElement('style');
style.textContent = ':is(.bd-header, .bd-header-article, #pst-back-to-top) {display: none !important}';
document.head.append(style);
"""
PIXELS = """
const [source, across, down, done] = arguments, image = new Image(), side = 8;
image.onload = () => {
  const canvas = Object.assign(document.createElement('canvas'), {width: across * side, height: down * side});
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  done([...context.getImageData(0, 0, canvas.width, canvas.height).data]);
};
image.src = source;
"""


class View(NamedTuple):
    """A part of a page to look at: the whole first screen, or one element.

    Its cells may differ by `limit` of their range in the mean. Another font makes up to 0.03 in a text, a lost style
    sheet 0.06 or more; a missing chart makes 0.03.
    """

    page: str
    element: str = "body"
    width: int = 1280
    theme: str = "light"
    limit: float = 0.045


VIEWS = {
    "front": View("index.html"),
    "front-dark": View("index.html", theme="dark"),
    "front-narrow": View("index.html", width=390),
    "board": View("index.html", ".rlvr-board > li"),
    "board-narrow-dark": View("index.html", ".rlvr-board > li", width=390, theme="dark"),
    "live": View("index.html", ".rlvr-live"),
    "chart": View("07_reweighted_grpo.html", "#accuracy .vl-fig", limit=0.02),
    "chart-dark": View("11_reward_without_verifier.html", "#rankings .vl-fig", theme="dark", limit=0.02),
    "claim-dark": View("03_token_replacement.html", ".rlvr-claim", theme="dark"),
    "package": View("api.html"),
}
SPOILT = {
    "chart": "document.querySelector('#accuracy .vl-host').style.visibility = 'hidden'",
    "chart-dark": "document.querySelector('#rankings .vl-host').style.visibility = 'hidden'",
    "front": "document.querySelectorAll('[rel=stylesheet]').forEach(sheet => sheet.disabled = true)",
    "board": "document.querySelectorAll('[href*=book]').forEach(sheet => sheet.disabled = true)",
    "front-dark": "document.documentElement.dataset.theme = 'light'",
    "claim-dark": "document.querySelector('.rlvr-claim').style.background = '#fff'",
}


def take(browser, view):
    """A picture of a view, as PNG; nothing of the page lies over an element."""
    size = {"width": view.width, "height": 900, "deviceScaleFactor": SCALE, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    if view.element == "body":
        return browser.get_screenshot_as_png()
    browser.execute_script(ALONE)
    return browser.find_element("css selector", view.element).screenshot_as_png


def cells(browser, png):
    """A picture as numbers of 0 to 1: of each cell its mean colour and the spread of its light."""
    source = "data:image/png;base64," + base64.b64encode(png).decode()
    across, down = GRID
    pixels = np.array(browser.execute_async_script(PIXELS, source, across, down)).reshape(down, 8, across, 8, 4) / 255
    colour, light = pixels[..., :3].mean((1, 3)), pixels[..., :3].mean(-1)
    return np.concatenate([colour, 2 * light.std((1, 3))[..., None]], axis=-1)


def difference(browser, name):
    """How far a view is from its reference."""
    kept = (REFERENCES / f"{name}.png").read_bytes()
    now = take(browser, VIEWS[name])
    return float(np.abs(cells(browser, kept) - cells(browser, now)).mean())


@pytest.fixture
def show(browser, address, visit):
    """A function (name): open the page of a view, as it is when all has been drawn."""

    def go(name):
        view = VIEWS[name]
        visit(browser, address + view.page, width=view.width, theme=view.theme)

    return go


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_looks_as_it_did(browser, show, name):
    show(name)
    if "RENEW_REFERENCES" in os.environ:
        REFERENCES.mkdir(exist_ok=True)
        (REFERENCES / f"{name}.png").write_bytes(take(browser, VIEWS[name]))
    assert difference(browser, name) < VIEWS[name].limit


def test_the_references_are_small_and_all_are_compared():
    assert {path.stem for path in REFERENCES.glob("*.png")} == set(VIEWS)
    assert sum(path.stat().st_size for path in REFERENCES.glob("*.png")) < 1_500_000


@pytest.mark.parametrize(("name", "fault"), SPOILT.items())
def test_a_spoilt_view_is_noticed(browser, show, name, fault):
    show(name)
    browser.execute_script(fault)
    assert difference(browser, name) > VIEWS[name].limit


@pytest.mark.parametrize("name", ["front-narrow", "board", "claim-dark", "chart", "chart-dark"])
def test_another_font_is_no_fault(browser, show, turn, name):
    show(name)
    browser.execute_script("document.body.style.fontFamily = 'serif'")
    for theme in ({"light": "dark", "dark": "light"}[VIEWS[name].theme], VIEWS[name].theme):
        turn(browser, theme)  # which draws the charts anew, in that font
    assert difference(browser, name) < VIEWS[name].limit
