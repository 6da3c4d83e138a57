"""Every page, light and dark, in three widths, from a server and from a folder: whole, quiet, and alone."""

import json

import pandas as pd
import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.support.ui import WebDriverWait

WIDTHS = {"http": (1280, 768, 390), "file": (390, 768, 1280)}
# Vega-Lite says this of every chart whose height is counted in steps, although we ask it to fit the width alone
SUPERFLUOUS = 'Dropping \\"fit-y\\" because spec has discrete height'
FAULTS = """
const faults = [], wide = document.documentElement.scrollWidth - window.innerWidth;
if (wide > 0) faults.push(`the page is ${wide} px too wide`);
for (const figure of document.querySelectorAll('.vl-fig')) {
  if (!figure.checkVisibility()) continue;
  const name = figure.closest('figure')?.id || figure.ariaLabel, svg = figure.querySelector('.vl-host svg');
  if (figure.dataset.error) faults.push(`${name}: ${figure.dataset.error}`);
  else if (!svg || svg.getBoundingClientRect().height <= 60) faults.push(`${name} is not drawn`);
  else if (!svg.querySelector('.role-mark:not(.mark-group) > *')) faults.push(`${name} is empty`);
  else if (figure.scrollWidth > figure.clientWidth + 1) faults.push(`${name} is wider than its place`);
}
return faults;
"""


def faults(browser, seconds=10):
    """What a reader would call broken on the page as it stands; a chart is given time to come to rest."""
    try:
        WebDriverWait(browser, seconds, 0.05).until(lambda driver: not driver.execute_script(FAULTS))
    except TimeoutException:
        return browser.execute_script(FAULTS)
    return []


def complaints(browser):
    """What the browser's console said, without what is only for information."""
    said = [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    return [entry["message"] for entry in said if SUPERFLUOUS not in entry["message"]]


def foreign(browser, own):
    """The addresses that were asked for and are not below `own`."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.startswith((own, "data:", "blob:"))]


@pytest.mark.parametrize("scheme", WIDTHS)
def test_a_page_is_whole_in_both_themes_at_every_width(browser, address, folder, visit, turn, resize, page, scheme):
    own = address if scheme == "http" else folder.as_uri() + "/"
    widths, found = WIDTHS[scheme], {}
    visit(browser, own + page, width=widths[0])
    for theme, order in {"light": widths, "dark": widths[::-1]}.items():
        turn(browser, theme)
        for width in order:
            resize(browser, width)
            if wrong := faults(browser):
                found[theme, width] = wrong
    assert (found, complaints(browser), foreign(browser, own)) == ({}, [], [])


DATA = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]})
SPOILT = {
    "document.querySelector('.vl-host svg').remove()": "points is not drawn",
    "document.querySelector('.vl-host svg').style.height = '50px'": "points is not drawn",
    "document.querySelector('.vl-host svg').style.width = '3000px'": "points is wider than its place",
    "document.body.insertAdjacentHTML('beforeend', '<p style=\"width: 3000px\">x</p>')": "px too wide",
}


def test_a_sound_page_has_no_faults(browser, visit, page_of, chart_html):
    visit(browser, url := page_of(chart_html(DATA)))
    assert (faults(browser), complaints(browser), foreign(browser, url.removesuffix("page.html"))) == ([], [], [])


@pytest.mark.parametrize(("spoil", "message"), SPOILT.items())
def test_a_spoilt_page_is_noticed(browser, visit, page_of, chart_html, spoil, message):
    visit(browser, page_of(chart_html(DATA)))
    browser.execute_script(spoil)
    assert message in faults(browser, seconds=1)[0]


def test_a_chart_without_marks_is_noticed(browser, visit, page_of, chart_html):
    visit(browser, page_of(chart_html(DATA[:0])))
    assert faults(browser, seconds=1) == ["points is empty"]


def test_a_chart_that_cannot_be_drawn_is_noticed(browser, visit, page_of, chart_html):
    visit(browser, page_of(chart_html(DATA).replace('"transform"', '"transform": [{"filter": "("}], "old"')))
    assert faults(browser, seconds=1)[0].startswith("points: ")


def test_a_script_from_another_host_and_its_failure_are_noticed(browser, visit, page_of):
    visit(browser, url := page_of('<script src="https://cdn.example.org/x.js"></script>'))
    assert "ERR_NAME_NOT_RESOLVED" in complaints(browser)[0]
    assert foreign(browser, url.removesuffix("page.html")) == ["https://cdn.example.org/x.js"]
