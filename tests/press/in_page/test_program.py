"""The program of the page in Chromium: it decodes and grades as the package does, and every control does something."""

import math

import pytest
from selenium.webdriver.support.ui import Select, WebDriverWait

from rlvr_direction import Intervention, Sampling
from rlvr_direction.evaluation import respond
from rlvr_direction.lab.regime import DECIDING, NOISE, checkpoint, problems_of
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.press import run
from rlvr_direction.press.in_page import SHIPPED, live_pair, write_scripts
from rlvr_direction.problems import Problem

DECODE = """
const [task, prompts, how, first] = arguments, shipped = rlvrPairs[task], pair = rlvrLive.makePair(shipped);
return prompts.map((prompt, problem) => {
  const {top_p: topP, limit, seed} = shipped, rest = {topP, limit, noise: {seed, problem: first + problem}};
  return [...rlvrLive.write(pair, pair.encode(prompt), {...how, ...rest})].map(
    ({token, proposed, delta, base, rl}) => [token, proposed, delta, Math.min(base[proposed], rl[proposed])]);
});
"""
GRADE = (
    "return arguments[1].map(([prompt, answer, text]) => rlvrLive.TASKS[arguments[0]].right({prompt, answer}, text))"
)
READ = "try { return rlvrLive.TASKS[arguments[0]].read(arguments[1]) } catch (error) { return error.message }"
N, EACH = 200, 29  # problems, and how many of them each arm gets
LEAST = math.log(0.001)
ARMS = {
    "nowhere": {"criterion": "nowhere"},
    "everywhere": {"criterion": "everywhere"},
    "delta_logp<=-0.3": {"criterion": "delta_logp", "threshold": -0.3},
    "delta_logp>=0.3": {"criterion": "mirrored", "threshold": 0.3},
    "kl_rl_base>=0.3": {"criterion": "kl_rl_base", "threshold": 0.3},
    "entropy_base>=0.7": {"criterion": "entropy_base", "threshold": 0.7},
    "random:0.1": {"criterion": "random", "threshold": 0.1},
}
TEXTS = "return [...document.querySelectorAll('.rlvr-live-texts .rlvr-tokens')].map(strip => strip.innerText)"
DONE = "return document.querySelectorAll('.rlvr-live-verdict:not(:empty)').length == 3"
INVENTED = {
    "arithmetic": (
        "A:7",
        "=7\nA:7",
        "=7\nA:07",
        "=07\nA:7",
        "~3\nA:3\n",
        "=1+2\n=3\nA:3",
        "=3\n=3\nA:3",
        "",
        "=9999\n",
    ),
    "pointer_tree": ("<b<d!", "<b<d!\n", "<b<d", "<b<d\n<b<d!", "<b<d?<b<d!", "<b!", "<b<d\n" * 5 + "<b<d!", ""),
}


@pytest.fixture(scope="module")
def page(tmp_path_factory, browser):
    folder = tmp_path_factory.mktemp("page")
    write_scripts(folder / "live")
    for kind in ("css", "js"):
        (folder / f"book.{kind}").write_text((run.ROOT / "book" / "assets" / f"book.{kind}").read_text())
    scripts = "".join(f'<script src="live/{name}.js"></script>' for name in ("live", *SHIPPED))
    head = '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="book.css">'
    (folder / "all.html").write_text(head + scripts)
    (folder / "page.html").write_text(f'{head}<body>{live_pair("arithmetic")}<script src="book.js"></script></body>')
    browser.set_script_timeout(300)
    return folder


@pytest.mark.parametrize("task", SHIPPED)
def test_200_problems_get_the_texts_of_the_package(browser, page, task):
    browser.get((page / "all.html").as_uri())
    pair, problems = load_toy_pair(task, checkpoint(task, DECIDING.stage)), problems_of(task, N, "judged")
    same, steps = [], []
    for i, (where, how) in enumerate(ARMS.items()):
        first, gamma = i * EACH, float(i % 2)
        asked, noise = problems[first : first + EACH], {"seed": NOISE["judged"], "first_problem": first}
        sampling = Sampling(top_p=DECIDING.top_p)
        table = respond(pair, TASKS[task], asked, Intervention(where, gamma), sampling, **noise)
        found = browser.execute_script(DECODE, task, [p.prompt for p in asked], {**how, "gamma": gamma}, first)
        same += [list(ids) == [step[0] for step in text] for ids, text in zip(table.response_ids, found, strict=True)]
        rows = zip(table.proposal_ids, table.proposal_delta_logp, found, same[-len(asked) :], strict=True)
        steps += [step for *columns, equal in rows if equal for step in zip(*columns, strict=True)]
    assert len(same) == N and sum(same) >= 0.99 * N
    assert {abs(x - y) < 0.05 for id, x, (_, proposed, y, p) in steps if id == proposed and p > LEAST} == {True}


@pytest.mark.parametrize("task", SHIPPED)
def test_the_verifier_of_the_page_agrees_on_real_and_on_invented_responses(browser, page, task):
    browser.get((page / "all.html").as_uri())
    pair, problems = load_toy_pair(task), problems_of(task, N, "judged")
    table = respond(pair, TASKS[task], problems, Intervention("random:0.5"), seed=0)
    asked = [(problem, text) for problem, text in zip(problems, table["response"], strict=True)]
    asked += [(problem, problem.answer + text) for problem in problems[:20] for text in INVENTED[task]]
    asked += [(problem, text) for problem in problems[:20] for text in INVENTED[task]]
    asked += [(problem, text[:k] + text[k + 1 :]) for problem, text in asked[:50] for k in range(0, len(text), 3)]
    expected = [TASKS[task].reward(problem, text) == 1.0 for problem, text in asked]
    rows = [[problem.prompt, problem.answer, text] for problem, text in asked]
    assert browser.execute_script(GRADE, task, rows) == expected and 50 < sum(expected) < len(expected)


@pytest.mark.parametrize("task", SHIPPED)
def test_a_problem_of_the_task_is_read_back_with_its_answer(browser, page, task):
    browser.get((page / "all.html").as_uri())
    for problem in problems_of(task, 50, "judged"):
        shown = problem.prompt.removeprefix("Q:").strip()
        assert Problem(**browser.execute_script(READ, task, shown)) == problem


@pytest.mark.parametrize(
    ("task", "text"),
    [("arithmetic", text) for text in ("", "7", "7+5", "0+1+2+3", "7+5*3-4-4-4-4", "7*9*9*9", "1-9+9+9", "alert(1)")]
    + [("pointer_tree", text) for text in ("", "abc", "abc bde cfg d.. e.. f.. g.. a>b", "abc bde cfg d.. e.. f.. a>g")]
    + [("pointer_tree", "abc bde cfg d.. e.. f.. f.. a>f"), ("pointer_tree", "abc bdd cfg d.. e.. f.. g.. a>g")],
)
def test_anything_else_is_refused_with_a_sentence(browser, page, task, text):
    browser.get((page / "all.html").as_uri())
    assert isinstance(said := browser.execute_script(READ, task, text), str) and said.endswith(".")


def opened(browser, page):
    """The live pair after the click, when it has written its first three texts; they are returned."""
    browser.get((page / "page.html").as_uri())
    before = browser.execute_script(TEXTS)
    browser.find_element("class name", "rlvr-live-open").click()
    WebDriverWait(browser, 30).until(lambda b: b.find_elements("class name", "rlvr-live-run"))
    return before, finished(browser)


def finished(browser):
    WebDriverWait(browser, 30).until(lambda b: b.execute_script(DONE))
    return browser.execute_script(TEXTS)


def move(browser, query, value):
    script = "const it = document.querySelector(arguments[0]); it.value = arguments[1]; (it.oninput || it.onchange)()"
    browser.execute_script(script, query, value)


def test_a_click_writes_the_recorded_example_anew_and_each_control_changes_what_is_written(browser, page):
    before, first = opened(browser, page)
    assert [text.split() for text in first] == [text.split() for text in before]
    buttons = {button.text: button for button in browser.find_elements("css selector", ".rlvr-live button")}
    seen = [first]
    for act in (
        lambda: move(browser, ".rlvr-live input[type=text]", "2+6+3-3-8"),
        lambda: move(browser, "input[aria-label=threshold]", 0),
        lambda: move(browser, ".rlvr-live input[type=number]", 99),
        lambda: move(browser, ".rlvr-live .together + label input, .rlvr-live label.together input", 4),
        buttons["Sample again"].click,
        buttons["Another problem"].click,
        lambda: move(browser, ".rlvr-live input[type=text]", "7+5*3-4"),
    ):
        act()
        seen.append(finished(browser))
        assert seen[-1] != seen[-2]
    Select(browser.find_elements("css selector", ".rlvr-live select")[1]).select_by_value("random")
    assert finished(browser) != seen[-1]
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_what_is_no_problem_is_refused_until_there_is_one_again(browser, page):
    _, texts = opened(browser, page)
    move(browser, ".rlvr-live input[type=text]", "<img src=x onerror=alert(1)>")
    move(browser, "input[aria-label=threshold]", 2)
    assert "Four to six digits" in browser.find_element("class name", "rlvr-live-note").text
    assert browser.execute_script(TEXTS) == ["", "", ""] and not browser.find_elements("css selector", "img")
    move(browser, ".rlvr-live input[type=text]", "6-5+7+3")
    assert finished(browser)[0].split() == texts[0].split()
    assert "The answer is 11." in browser.find_element("class name", "rlvr-live-note").text


def test_a_second_press_ends_a_run_and_a_control_does_not(browser, page):
    opened(browser, page)
    button = browser.find_element("class name", "rlvr-live-run")
    button.click()
    move(browser, "input[aria-label=threshold]", 2)
    assert button.text == "Stop"
    button.click()
    WebDriverWait(browser, 10).until(lambda _: button.text == "Run 100 problems")
    assert not browser.find_elements("css selector", ".rlvr-live-chart svg")


def test_a_run_draws_a_point_that_is_part_of_the_recorded_one(browser, page):
    opened(browser, page)
    browser.find_element("class name", "rlvr-live-run").click()
    WebDriverWait(browser, 120).until(lambda b: b.find_elements("css selector", ".rlvr-live-chart circle.own"))
    gate, said = browser.find_element("css selector", ".rlvr-live-row [aria-live]").text.split(": ")
    assert gate.startswith("delta_logp ≤ -0.12")
    problems = problems_of("arithmetic", 100, "judged")
    threshold = browser.find_element("css selector", ".rlvr-live input[type=number]").get_attribute("value")
    expected = respond(
        load_toy_pair("arithmetic", checkpoint("arithmetic", DECIDING.stage)),
        TASKS["arithmetic"],
        problems,
        Intervention(f"delta_logp<={threshold}"),
        Sampling(top_p=DECIDING.top_p),
        seed=NOISE["judged"],
    )["correct"].sum()
    assert abs(int(said.split()[0]) - expected) <= 1


def test_another_task_is_loaded_when_it_is_chosen(browser, page):
    _, first = opened(browser, page)
    Select(browser.find_element("css selector", ".rlvr-live select")).select_by_value("pointer_tree")
    WebDriverWait(browser, 30).until(lambda b: "pointer" in b.execute_script("return Object.keys(rlvrPairs).join()"))
    WebDriverWait(browser, 30).until(lambda b: b.execute_script(TEXTS)[0][:1] in ("<", ">"))
    assert finished(browser) != first


def test_the_arrow_keys_walk_along_a_text_and_show_both_policies_at_each_token(browser, page):
    opened(browser, page)
    strip = browser.find_elements("css selector", ".rlvr-live-texts .rlvr-tokens")[2]
    assert len(strip.find_elements("css selector", "[tabindex='0']")) == 1
    strip.find_element("css selector", "[tabindex='0']").click()
    story = browser.find_element("css selector", ".rlvr-live-cursor p").text
    browser.switch_to.active_element.send_keys("\ue014")  # arrow right
    assert browser.find_element("css selector", ".rlvr-live-cursor p").text != story
    assert len(strip.find_elements("css selector", "[tabindex='0']")) == 1
