"""Sentences of worded responses: read as far as they keep to the grammar, and what may follow what."""

import pytest

from rlvr_direction.lab.tasks import Problem
from rlvr_direction.lab.tasks.sentences import allowed, items, kept, line_of, openers_of, reduced, roles_of

MAYA = Problem("maya has 7 plus 5 times 3 minus 4 marbles . how many ?", "32")


def read(response):
    return [item for item, _ in items(MAYA, response)]


def test_a_response_is_read_up_to_the_first_sentence_outside_the_grammar():
    step, undo = read("and so there are , one : 12 times 3 minus 4 . undo : 7 . nonsense : 3 . answer 3")
    assert (step.kind, step.mode, step.line) == ("step", "one", ("12", "times", "3", "minus", "4"))
    assert (undo.kind, undo.line) == ("undo", ("7",))
    assert read("and so there are , three : 12 .") == read("and so there be , one : 12 . answer 3") == []
    assert [item.kind for item in read("check : right . answer 3")] == ["check", "answer"]


def test_operations_are_done_from_left_to_right_and_values_are_clipped():
    line = line_of(MAYA)
    assert line == ("7", "plus", "5", "times", "3", "minus", "4")
    assert reduced(line, 1) == ("12", "times", "3", "minus", "4") and reduced(line, 3) == ("32",)
    assert (kept(-3), kept(120), reduced(("2", "minus", "9"), 1)) == ("0", "99", ("0",))


def test_phrases_hold_the_problems_own_name_and_thing():
    phrases = openers_of(MAYA)
    assert "now for the marbles" in phrases and "step by step for maya" in phrases and len(phrases) == 30


@pytest.mark.parametrize(
    ("response", "fine"),
    [
        ("and so there are , one : 1 times 3 minus 4 . check : right . ", True),
        ("and so there are , two : 1 times 3 minus 4 . ", False),
        ("check : right . ", False),
        ("undo : 7 plus 5 times 3 minus 4 . ", False),
        ("and so there are , two : 1 minus 4 . undo : 7 plus 5 times 3 minus 4 . ", True),
        ("and so there are , two : 1 minus 4 . undo : 7 plus 5 times 3 minus 5 . ", False),
    ],
)
def test_what_may_follow_what(response, fine):
    lines, before, found = [line_of(MAYA)], "", True
    for item in read(response):
        found = found and allowed(item, lines, before)
        before = item.kind
    assert found is fine


def test_after_a_first_error_there_is_no_other():
    (item,) = read("and so there are , one : 13 times 4 minus 4 . ")
    assert roles_of(item, [line_of(MAYA)], erred=False).count("first_error") == 2
    assert "first_error" not in roles_of(item, [line_of(MAYA)], erred=True)
