"""The smoke site, a report and an audit in a browser: nothing comes from elsewhere; dark, narrow, scriptless work."""

import json

import altair as alt
import pandas as pd
import pytest
from nbformat import v4
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from rlvr_direction.press import display, run
from rlvr_direction.press.audit import page_html, strips
from rlvr_direction.press.plots.audit import tried
from rlvr_direction.report import report_html, texts_html

DRAWN = "return [...document.querySelectorAll('.vl-fig')].every(f => f.dataset.theme == arguments[0])"
FITTED = """
return [...document.querySelectorAll('.vl-fig')].every(f => f.scrollWidth <= f.clientWidth + 1 &&
  f.querySelector('svg').getBoundingClientRect().width > .8 * f.clientWidth);
"""
PAPER = "return getComputedStyle(document.body).backgroundColor"
INK = "return getComputedStyle(document.body).getPropertyValue('--pst-color-text-base').trim()"
TITLES = "return [...document.querySelectorAll('.vl-host .role-axis-title text')].map(t => t.getAttribute('fill'))"
HEADINGS = "return [...document.querySelectorAll('h2')].map(h => h.innerText)"  # at once: a page may be redrawn
DESCRIBED = "aria-describedby"
SIDEWAYS = "return document.documentElement.scrollWidth - window.innerWidth"


def test_the_button_of_a_narrow_page_turns_page_and_charts_dark(browser, address, page, visit):
    visit(browser, address + page, width=390)
    paper = browser.execute_script(PAPER)
    for _ in range(3):  # the button goes through automatic, light and dark
        if browser.execute_script("return document.documentElement.dataset.theme") != "dark":
            browser.execute_script("document.querySelector('.theme-switch-button').click()")
    WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(DRAWN, "dark"))
    assert browser.execute_script(PAPER) != paper
    assert set(browser.execute_script(TITLES)) <= {browser.execute_script(INK)}


def test_charts_keep_to_their_place_when_a_page_is_widened_and_a_side_bar_folded(browser, address, visit, resize):
    visit(browser, address + "02_direction_not_magnitude.html", width=390)
    for width in (768, 1280, 390, 1280):
        resize(browser, width)
        WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(FITTED))
    browser.find_element("css selector", ".primary-toggle, .sidebar-toggle").click()
    WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(FITTED))


def test_a_strip_of_tokens_is_one_stop_of_the_tab_key_and_arrows_walk_along_it(browser, address, visit):
    visit(browser, address + "02_direction_not_magnitude.html")
    strip = browser.find_element("css selector", ".rlvr-tokens:not(.legend)")
    (stop,) = strip.find_elements("css selector", "[tabindex='0']")
    stop.send_keys(Keys.ARROW_RIGHT)
    second = strip.find_elements("css selector", "[role=img]")[1]
    assert browser.switch_to.active_element == second
    assert strip.find_elements("css selector", "[tabindex='0']") == [second]


BUBBLE = "const b = document.querySelector('.rlvr-bubble'); return b.hidden ? '' : b.innerText.trim()"
FITS = """
const box = document.querySelector('.rlvr-bubble').getBoundingClientRect();
return box.left >= 0 && box.right <= window.innerWidth && box.top >= 0 && box.bottom <= window.innerHeight;
"""


@pytest.fixture
def words(browser, address, visit):
    """A function width -> the marked words of chapter 2 in a window of that width."""

    def load(width):
        visit(browser, address + "02_direction_not_magnitude.html", width=width)
        found = browser.find_elements("css selector", "a.rlvr-term")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found[1])
        return found

    return load


def shows(browser, *, something):
    WebDriverWait(browser, 30).until(lambda driver: bool(driver.execute_script(BUBBLE)) == something)


def test_a_marked_word_shows_its_definition_under_the_pointer_and_on_focus_and_escape_hides_it(browser, words):
    word = words(1280)[1]
    ActionChains(browser).move_to_element(word).perform()
    shows(browser, something=True)
    said = browser.find_element("id", word.get_attribute(DESCRIBED)).get_attribute("textContent")
    assert browser.execute_script(BUBBLE).split()[:3] == said.split()[:3] and browser.execute_script(FITS)
    ActionChains(browser).move_to_element(browser.find_element("css selector", ".theme-switch-button")).perform()
    shows(browser, something=False)
    browser.execute_script("arguments[0].focus({preventScroll: true})", word)
    shows(browser, something=True)
    word.send_keys(Keys.ESCAPE)
    shows(browser, something=False)


def test_on_a_phone_a_first_tap_shows_a_definition_and_a_second_follows_the_link(browser, words):
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    word = words(390)[1]
    finger = ActionBuilder(browser, mouse=PointerInput("touch", "finger"))
    for shown in (True, None):
        finger.pointer_action.move_to(word).pointer_down().pointer_up()
        finger.perform()
        if shown:
            shows(browser, something=True)
            assert browser.execute_script(FITS) and "02_" in browser.current_url
    WebDriverWait(browser, 30).until(lambda driver: "glossary.html#term-" in driver.current_url)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_a_printed_page_has_pictures_captions_and_words_and_no_bars_or_controls(browser, words):
    words(1280)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})

    def seen(selector):
        return [element.is_displayed() for element in browser.find_elements("css selector", selector)]

    try:
        assert all(seen(".vl-static")) and all(seen("figcaption.rlvr-caption")) and seen(".rlvr-definitions") == [True]
        for bar in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".vl-host", ".rlvr-data"):
            assert not any(seen(bar)), bar
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_board_is_filtered_by_verdict_and_by_whose_claims_they_are_and_sorted(browser, address, visit):
    visit(browser, address + "index.html", width=390)
    verdict, whose, task, order = browser.find_elements("css selector", ".rlvr-board-controls select")

    def shown():
        return [name.text for name in browser.find_elements("css selector", ".rlvr-board .asked .id") if name.text]

    papers = shown()
    Select(whose).select_by_visible_text("all")
    everything = shown()
    assert 0 < len(papers) < len(everything) and "C2" in papers and not {"C2h", "B1"} & {*papers}
    Select(whose).select_by_visible_text("our own")
    ours = shown()
    assert ours and all(name.startswith("B") for name in ours)
    Select(whose).select_by_visible_text("all")
    Select(verdict).select_by_visible_text("reproduced")
    found = browser.find_elements("css selector", ".rlvr-board > li:not([hidden])")
    assert 0 < len(found) < len(everything) and all("reproduced" in row.text for row in found)
    Select(task).select_by_visible_text("arithmetic")
    found = browser.find_elements("css selector", ".rlvr-board > li:not([hidden]) .rlvr-badge")
    assert {badge.text for badge in found if badge.is_displayed()} <= {"reproduced", "a look: reproduced"}
    Select(verdict).select_by_visible_text("all")
    Select(order).select_by_visible_text("by verdict")
    assert sorted(shown()) == sorted(everything) != shown() != everything
    lines = browser.find_elements("css selector", ".rlvr-board [data-task='pointer_tree']")
    assert lines and not any(line.is_displayed() for line in lines)
    assert browser.execute_script(SIDEWAYS) <= 0


def test_a_link_to_a_claim_that_the_board_hides_shows_it(browser, address, visit):
    for _ in range(2):  # the second time the page is open already
        visit(browser, address + "index.html#claim-b1")
        assert browser.find_element("id", "claim-b1").is_displayed()
        whose = browser.find_elements("css selector", ".rlvr-board-controls select")[1]
        Select(whose).select_by_visible_text("the paper's")
        browser.execute_script("location.hash = ''")


def test_without_scripts_every_figure_is_a_picture(open_browser, address):
    browser = open_browser(**{"profile.managed_default_content_settings.javascript": 2})
    for chapter in run.chapters():
        browser.get(address + chapter.with_suffix(".html").name)
        assert browser.find_elements("css selector", ".vl-host") == [], "scripts are off"
        pictures = browser.find_elements("css selector", ".vl-fig img.vl-static")
        assert len(pictures) == len(browser.find_elements("css selector", ".vl-fig"))
        assert all(picture.is_displayed() and picture.size["height"] > 50 for picture in pictures)


def test_without_scripts_the_front_page_shows_a_recorded_example_of_the_live_pair(open_browser, address):
    browser = open_browser(**{"profile.managed_default_content_settings.javascript": 2})
    browser.get(address + "index.html")
    assert not browser.find_elements("css selector", ".rlvr-live-open"), "scripts are off"
    strips = browser.find_elements("css selector", ".rlvr-live-body .rlvr-tokens")
    assert len(strips) >= 2 and all(strip.is_displayed() and strip.text for strip in strips)
    assert all(row.is_displayed() for row in browser.find_elements("css selector", ".rlvr-board > li"))


@pytest.fixture
def token_view(tmp_path):
    rows = [(i, position, i % 3) for i in range(25) for position in range(4)]
    common = {"sample_id": 0, "delta_logp": -0.5, "proposal_delta_logp": -0.5, "selected": False, "prompt": "p"}
    common |= {f"{model}_top_{k}": "z" for model in ("base", "rl") for k in range(1, 6)}
    common |= {f"{model}_top_{k}_logp": -1.0 for model in ("base", "rl") for k in range(1, 6)}
    tokens = pd.DataFrame(rows, columns=["text_id", "position", "outcome"]).assign(**common, answer="", proposal="")
    tokens = tokens.assign(problem_id=tokens["text_id"], token=[f"token{i}" for i in range(len(tokens))])
    responses = tokens.groupby("text_id", as_index=False).first().assign(intervention="i", n_tokens=4, n_selected=0)
    done = {"correct": responses["outcome"] == 0, "finished": responses["outcome"] < 2, "n_changed": 0}
    (tmp_path / "report.html").write_text(report_html(responses.assign(**done), tokens))
    return (tmp_path / "report.html").as_uri()


def test_a_report_has_pages_that_are_filtered_by_outcome_and_walked_with_the_keyboard(browser, token_view, visit):
    def shown():
        return [heading.split(":")[0] for heading in browser.execute_script(HEADINGS)]

    def expect(*problems):
        WebDriverWait(browser, 30).until(lambda _: shown() == [f"Problem {i}, sample 0" for i in problems])

    visit(browser, token_view, width=390)
    expect(*range(10))
    browser.find_element("id", "after").click()
    expect(*range(10, 20))
    Select(browser.find_element("id", "outcome")).select_by_visible_text("unfinished (8)")
    expect(*range(2, 25, 3))
    browser.find_element("css selector", "[tabindex='0']").send_keys(Keys.ARROW_RIGHT)
    assert browser.switch_to.active_element.text == "token9"
    assert browser.execute_script(SIDEWAYS) <= 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_report_of_scores_is_filtered_by_source_and_outcome_at_once(browser, tmp_path, visit):
    rows = [{"text_id": i, "source": "ab"[i % 2], "correct": i % 3 == 0} for i in range(24)]
    common = {"position": 0, "token_id": 5, "token": "<b>t</b>", "delta_logp": -0.5, "entropy_rl": 0.1}
    (tmp_path / "report.html").write_text(texts_html(pd.DataFrame(rows).assign(**common)))
    visit(browser, (tmp_path / "report.html").as_uri(), width=390)
    Select(browser.find_element("id", "source")).select_by_visible_text("b (12)")
    Select(browser.find_element("id", "outcome")).select_by_visible_text("right (8)")
    expected = [f"Text {i}, b: ✓ right" for i in (3, 9, 15, 21)]
    WebDriverWait(browser, 30).until(lambda _: browser.execute_script(HEADINGS) == expected)
    assert browser.execute_script(SIDEWAYS) <= 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_without_scripts_a_report_shows_its_first_page(open_browser, token_view):
    browser = open_browser(**{"profile.managed_default_content_settings.javascript": 2})
    browser.get(token_view)
    assert len(browser.find_elements("css selector", "section")) == 10
    assert "Further texts than these 10 of 25 need JavaScript" in browser.find_element("tag name", "body").text


@pytest.fixture
def audit_page(tmp_path, monkeypatch):
    monkeypatch.setenv("RLVR_BOOK", "smoke")
    display.set_up()
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>" + "w" * 200
    table = pd.DataFrame({"gate": ["2%", hostile], "gamma": [0.0, 1.0], "accuracy": [0.1, 0.2]})
    shown = [display.figure(tried(table, hostile), table, "tried"), display.table(table.assign(more=hostile))]
    tokens = table.assign(text_id=0, problem_id=0, token=hostile, proposal="a", prompt=hostile, selected=True)
    html = [thing.bundle["text/html"] for thing in shown] + [strips(tokens.assign(delta_logp=-1.0, correct=True))]
    outputs = [v4.new_output("display_data", {"text/html": text}) for text in html]
    cells = [v4.new_markdown_cell(hostile), v4.new_code_cell("", outputs=outputs)]
    style, script = ((run.ROOT / "book" / "assets" / f"book.{kind}").read_text() for kind in ("css", "js"))
    (tmp_path / "audit.html").write_text(page_html(v4.new_notebook(cells=cells), style=style, script=script))
    yield (tmp_path / "audit.html").as_uri()
    alt.renderers.enable("default")


def test_an_audit_is_one_file_whose_texts_run_nothing_and_that_a_phone_can_show(browser, audit_page, visit):
    visit(browser, audit_page, width=390)
    assert browser.execute_script(SIDEWAYS) <= 0
    assert not browser.find_elements("css selector", "img[src=x]") and browser.title == "Audit of a pair"
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [audit_page]
    light = browser.execute_script(PAPER)
    visit(browser, audit_page, theme="dark")
    assert browser.execute_script("return getComputedStyle(document.documentElement).backgroundColor") != light
