"""No page has a serious or critical fault of accessibility that axe-core knows, light or dark."""

from importlib.resources import files

import pytest

AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# the bundled axe-core 4.4 calls a region that only a mouse can scroll moderate; later ones call it serious
FIND = """
const [rules, done] = arguments, runOnly = rules.length ? {runOnly: rules} : {};
axe.run(document, {resultTypes: ['violations'], ...runOnly}).then(({violations}) => done(
  violations.filter(({id, impact}) => ['serious', 'critical'].includes(impact) || id == 'scrollable-region-focusable')
    .flatMap(({id, nodes}) => nodes.map(({target}) => `${id}: ${target}`))), error => done([String(error)]));
"""
SHORTEN = """
for (const table of document.querySelectorAll('table')) [...table.rows].slice(6).forEach(row => row.remove());
for (const drawn of document.querySelectorAll('.vl-host svg')) [...drawn.querySelectorAll('path')].slice(20).forEach(
  path => path.remove());
"""  # a page has thousands of cells and marks, all alike
FAULTS = {
    "<button></button>": "button-name: button",
    '<p style="color: #999; background: #aaa">pale</p>': "color-contrast: p",
    '<div style="height: 3em; overflow: auto"><p style="height: 30em">x</p></div>': "scrollable-region-focusable: div",
    '<img src="x.png">': "image-alt: img",
    '<input type="range">': "label: input",
}


@pytest.fixture
def found(browser):
    """A function (rules): what axe-core finds on the page, by all rules or by these."""
    browser.set_script_timeout(120)

    def find(*rules):
        if not browser.execute_script("return Boolean(window.axe)"):
            browser.execute_script(SHORTEN + AXE)
        return browser.execute_async_script(FIND, rules)

    return find


def test_a_page_has_no_serious_fault_and_keeps_its_contrast_in_the_dark(browser, address, visit, turn, found, page):
    visit(browser, address + page)
    light = found()
    turn(browser, "dark")
    assert (light, found("color-contrast")) == ([], [])


@pytest.mark.parametrize(("fault", "message"), FAULTS.items())
def test_each_fault_is_found(browser, visit, page_of, found, fault, message):
    visit(browser, page_of(f"<main><h1>page</h1>{fault}</main>"))
    assert found() == [message]
