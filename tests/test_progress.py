"""Long work says how far it is: on a terminal by a bar that moves with every token, elsewhere by one line."""

import io
import logging
from contextlib import redirect_stderr

import pytest

from rlvr_direction import progress
from rlvr_direction.progress import count_tokens, each_part


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""
    now = [1000.0]
    for name in ("time", "monotonic"):
        monkeypatch.setattr(progress.time, name, lambda: now[0])
    return now


def drawn(indices, *, n_parts, tokens=()):
    """What a terminal shows while parts are made: everything, and its last state."""
    with redirect_stderr(Terminal()) as shown:
        for _ in each_part(indices, "scoring", n_parts=n_parts):
            for n in tokens:
                count_tokens(n)
    states = shown.getvalue().strip().split("\r")
    return states, states[-1]


def test_the_bar_counts_parts_and_those_made_before():
    states, last = drawn([3, 5], n_parts=6)
    assert "4/6" in states[0] and last.startswith("scoring: 100%") and "6/6" in last


def test_the_bar_moves_with_every_token(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS", 0)
    states, last = drawn([0], n_parts=1, tokens=[500, 500, 500])
    assert [n for n in ("500 tokens", "1.00k tokens", "1.50k tokens") if any(n in state for state in states)] == [
        "500 tokens",
        "1.00k tokens",
        "1.50k tokens",
    ]
    assert "1/1" in last and "tokens/s" in last


def test_tokens_outside_a_run_are_nobodys():
    count_tokens(5)
    assert progress._SHOWN == []


def test_a_bar_leaves_with_its_loop_even_if_that_breaks_off():
    with pytest.raises(KeyboardInterrupt):
        for _ in each_part([0, 1], "scoring", n_parts=2):
            raise KeyboardInterrupt
    assert progress._SHOWN == []


def test_without_a_terminal_one_line_says_how_long_the_rest_takes(caplog, clock):
    caplog.set_level(logging.INFO)
    for _ in each_part(range(61), "scoring", n_parts=61):
        clock[0] += 10
    assert caplog.messages == ["scoring: the first of 61 parts took 10.0 s, the others take about 10.0 min"]


def test_a_single_part_needs_no_line(caplog):
    caplog.set_level(logging.INFO)
    assert list(each_part([0], "scoring", n_parts=1)) == [0] and caplog.messages == []
