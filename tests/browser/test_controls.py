"""Whatever a reader can operate is alive and within reach of the keyboard, with a ring around what has the focus."""

import pandas as pd
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from rlvr_direction.press import run

CHAPTERS = [chapter.with_suffix(".html").name for chapter in run.chapters()]
# operates each control of each chart and names those after which the picture is the one before
DEAD = """
const done = arguments[0], dead = [], pause = () => new Promise(resolve => setTimeout(resolve, 50));
const values = control => control.type == 'range' ? [control.min, control.max]
  : control.type == 'radio' || control.type == 'checkbox' ? [null] : [...control.options].map(({value}) => value);
(async () => {
  for (const control of document.querySelectorAll('.vega-bindings :is(input, select)')) {
    const figure = control.closest('.vl-fig'), picture = () => figure.querySelector('.vl-host svg').innerHTML;
    if (control.type == 'radio' && control.checked) continue;
    const before = picture();
    for (const value of values(control)) {
      if (value == null) control.click();
      else control.value = value;
      for (const kind of ['input', 'change']) control.dispatchEvent(new Event(kind, {bubbles: true}));
      for (let tries = 0; tries < 20 && picture() == before; tries++) await pause();
      if (picture() != before) break;
    }
    if (picture() == before) dead.push(`${control.name} of ${figure.closest('figure').id}`);
  }
})().then(() => done(dead), error => done([String(error)]));
"""
RECORD = """
window.looks = new Map();
window.look = element => {
  const {outlineStyle, outlineWidth, boxShadow, borderColor} = getComputedStyle(element);
  return [outlineStyle == 'none' ? '' : outlineWidth, boxShadow, borderColor].join();
};
document.addEventListener('focusin', ({target}) => looks.set(target, look(target)));
"""
OPERABLE = "main :is(a[href], button, input, select, summary, [role=button], [tabindex='0'])"
MISSED = """
return [...document.querySelectorAll(arguments[0])].filter(control => !looks.has(control) && !control.disabled &&
  control.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
  !(control.type == 'radio' && document.querySelector(`[name='${control.name}']:checked`) != control)
).map(control => control.outerHTML.slice(0, 150));
"""
RINGLESS = """
document.activeElement.blur();
return [...looks].filter(([control, focused]) => control.closest('main') && look(control) == focused)
  .map(([control]) => control.outerHTML.slice(0, 150));
"""
DATA = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]})


def walk(browser):
    """Go through a page by the tab key, to its end; returns what was missed and what showed no ring."""
    browser.execute_script(RECORD)
    stops = -1
    while stops < (stops := browser.execute_script("return looks.size")):
        ActionChains(browser).send_keys(Keys.TAB * 50).perform()
    return browser.execute_script(MISSED, OPERABLE), browser.execute_script(RINGLESS)


def dead(browser):
    browser.set_script_timeout(60)
    return browser.execute_async_script(DEAD)


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_slider_changes_its_picture(browser, address, visit, page):
    visit(browser, address + page)
    assert dead(browser) == []


@pytest.mark.parametrize("moved", [True, False])
def test_a_slider_that_changes_nothing_is_noticed(browser, visit, page_of, chart_html, moved):
    visit(browser, page_of(chart_html(DATA, moved=moved)))
    assert dead(browser) == ([] if moved else ["shift of points"])


@pytest.mark.parametrize("page", [CHAPTERS[1], CHAPTERS[5], "teaching.html"])
def test_the_tab_key_reaches_all_of_a_page_and_shows_where_it_is(browser, address, visit, page):
    visit(browser, address + page)
    assert walk(browser) == ([], [])


def test_the_live_pair_and_the_board_are_opened_and_reached_by_keys(browser, address, visit):
    visit(browser, address + "index.html")
    browser.find_element("css selector", ".rlvr-live-open").send_keys(Keys.ENTER)
    done = "return document.querySelectorAll('.rlvr-live input[type=range]').length == 2"
    WebDriverWait(browser, 60).until(lambda driver: driver.execute_script(done))
    threshold, slider = browser.find_elements("css selector", ".rlvr-live [aria-label^=threshold]")[::-1]
    before = threshold.get_property("value")
    slider.send_keys(Keys.ARROW_RIGHT)
    assert threshold.get_property("value") != before
    browser.execute_script("document.activeElement.blur()")
    assert walk(browser) == ([], [])


@pytest.mark.parametrize(
    ("control", "missed", "ringless"),
    [
        ("<button>reached</button>", 0, 0),
        ("<span role=button>out of reach</span>", 1, 0),
        ("<button style='outline: none'>without a ring</button>", 0, 1),
    ],
)
def test_what_the_keyboard_cannot_find_is_noticed(browser, visit, page_of, control, missed, ringless):
    visit(browser, page_of(f"<main>{control}</main>"))
    assert tuple(map(len, walk(browser))) == (missed, ringless)
