"""The picture of the tasks: true problems, true rewards, and errors where the tasks find them."""

import re
from xml.etree import ElementTree

import pytest

from rlvr_direction.lab.tasks import TASKS, WORDED
from rlvr_direction.press.pictures import tasks as picture

SVG = "{http://www.w3.org/2000/svg}"
each = pytest.mark.parametrize("shown", picture.SHOWN, ids=lambda shown: shown.task.name)


def test_every_task_of_the_lab_is_shown():
    assert [shown.task for shown in picture.SHOWN] == list(TASKS.values())


@each
def test_the_careful_solution_is_right_and_the_sloppy_one_wrong(shown):
    right, wrong = (picture.written(shown.task, text) for text in (shown.right, shown.wrong))
    assert (shown.task.reward(shown.problem, right), shown.task.reward(shown.problem, wrong)) == (1.0, 0.0)
    assert "first_error" not in shown.task.roles(shown.problem, right)


@each
def test_both_solutions_are_ones_that_the_corpus_could_hold(shown):
    text = "\n".join([shown.problem.prompt, shown.right, shown.wrong])
    assert set(text.split() if shown.task is WORDED else text) <= set(shown.task.alphabet)


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_decisions_are_bold_and_errors_underlined(layout):
    root = ElementTree.fromstring(picture.draw(layout=layout))
    spans = [(span.get("class"), span.text) for span in root.iter(f"{SVG}tspan")]
    assert {"=", "~", "<", ">", "!", "?", "one", "two"} <= {text for kind, text in spans if kind == "strong"}
    assert [text for kind, text in spans if kind == "wrong"] == ["19", "12", "Wavy"]


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_it_says_in_which_order_a_task_does_its_operations(layout):
    svg = picture.draw(layout=layout)
    assert "a token is a character; times first<" in svg and "a token is a word; from left to right<" in svg


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_the_text_of_a_solution_is_shown_whole_with_its_reward(layout):
    svg = picture.draw(layout=layout)
    shown = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert all(line in shown for task in picture.SHOWN for line in (task.right + "\n" + task.wrong).split("\n"))
    assert re.findall(r"reward (\d)", svg) == ["1", "0"] * 3
