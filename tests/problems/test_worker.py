"""The comparison of answers, as the process makes it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlvr_direction.problems import worker


def serve(*lines, seconds=5):
    """What the program writes for these lines of input."""
    program = [sys.executable, "-P", worker.__file__, str(seconds)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return subprocess.run(program, input=text, capture_output=True, text=True)


def test_every_line_has_an_answer_in_its_order():
    done = serve(["4", r"\boxed{4}"], ["4", "five\nlines\nof 5"], ["1/2", r"\boxed{\frac{1}{2}}"])
    assert done.stdout.split() == ["ready", "1.0", "0.0", "1.0"] and done.returncode == 0


@pytest.fixture
def asked():
    """A program that has said it is ready, and a function that asks it for one comparison."""
    program = [sys.executable, "-P", worker.__file__, "1"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"

        def ask(answer, response):
            process.stdin.write(json.dumps([answer, response]) + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield process, ask
        process.stdin.close()
        assert process.stdout.read() == "" and process.wait() == 0


def test_a_comparison_that_takes_too_long_earns_nothing_and_the_next_one_is_made(asked):
    _, ask = asked
    answers = [r"\boxed{4}", r"\boxed{9^{9^{9^{9}}}}", r"\boxed{4}"]
    assert [ask("4", answer) for answer in answers] == ["1.0", "0.0", "1.0"]


def test_a_child_that_is_killed_while_it_waits_owes_no_answer(asked):
    process, ask = asked
    assert ask("4", "4") == "1.0"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    (child,) = children.read_text().split()
    os.kill(int(child), signal.SIGKILL)
    while children.read_text().split() in ([], [child]):  # a dying child could still take the next line with it
        time.sleep(0.01)
    assert ask("4", "5") == "0.0" and ask("4", "4") == "1.0"


def test_what_a_parser_prints_is_no_answer(tmp_path):
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import worker_copy as w\n"
        "w.compare = lambda *_: print('noise') or 1.0\nw.main(5)"
    )
    with open(worker.__file__) as source:
        (tmp_path / "worker_copy.py").write_text(source.read())
    done = subprocess.run([sys.executable, "-c", program], input='["4", "4"]\n', capture_output=True, text=True)
    assert done.stdout.split() == ["ready", "1.0"] and done.stderr.strip() == "noise"


def test_an_error_of_the_parser_earns_nothing(monkeypatch):
    def broken(*_, **__):
        raise RecursionError

    monkeypatch.setattr(worker, "parse", broken)
    assert worker.compare("4", r"\boxed{4}") == 0.0


HOSTILE = st.text(st.sampled_from("\\\\{}[]()^_$0123456789.,+-*/=<>!%xyz\n\x00\u2028\ud800é∞"), max_size=60)


@given(answer=st.sampled_from(["4", r"\frac{1}{2}", "(1,2)", "x^2"]), response=HOSTILE)
@settings(max_examples=150, deadline=None)
def test_any_text_has_a_reward(answer, response):
    assert worker.compare(answer, response) in (0.0, 1.0)
