"""Graders by name: Math-Verify, a task that an installed package offers, or your own function."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from rlvr_direction.problems.types import Grader, Problem, Task, Verifier

__all__ = ["grader", "load_function", "math_reward", "task_named", "task_names"]

GROUP = "rlvr_direction.tasks"
MATH_TOKENS = 1024
SECONDS = 4  # that a comparison may take


def task_names() -> list[str]:
    """Names of the tasks that installed packages offer, as entry points of the group `rlvr_direction.tasks`."""
    return sorted(entry_points(group=GROUP).names)


def task_named(name: str) -> Task:
    """Return the installed task of this name. Raises ValueError, with the known names, if there is none."""
    if name not in task_names():
        raise ValueError(f"no task is called {name!r}; choose from {', '.join(task_names())}")
    return entry_points(group=GROUP)[name].load()


def grader(name: str, max_new_tokens: int | None = None) -> Grader:
    """Return the grader called `math` (Math-Verify), a task by its name, or a function as `module:function`.

    The function takes a `Problem` and a response and returns 0.0 or 1.0. Raises ValueError for any other name.
    """
    if name == "math":
        return Verifier(name, math_reward, max_new_tokens or MATH_TOKENS)
    if ":" in name:
        return Verifier(name, load_function(name), max_new_tokens or MATH_TOKENS)
    if name not in task_names():
        raise ValueError(f"no task is called {name!r}; choose from math, {', '.join(task_names())}, module:function")
    task = task_named(name)
    return Verifier(name, task.reward, max_new_tokens or task.max_new_tokens)


def load_function(name: str) -> Callable[..., Any]:
    """Return the function that `module:function` names. Raises ValueError if there is none."""
    module, _, function = name.partition(":")
    try:
        found = getattr(import_module(module), function)
    except Exception as error:  # whatever a module of the user's may raise
        why = " ".join(str(error).split())
        raise ValueError(f"{name!r} cannot be imported ({why}); expected module:function on the path") from error
    if not callable(found):
        raise ValueError(f"{name!r} is a {type(found).__name__}; expected a function, as module:function")
    return found


def math_reward(problem: Problem, response: str) -> float:
    r"""Return 1.0 if the response's answer, in `\boxed{}` or else its last expression, equals the problem's, else 0.0.

    Equality is Math-Verify's, which reads boxes that follow each other closely as one set. A response that it cannot
    parse or compare gets 0.0, and so does one that takes more than four seconds or too much memory: comparisons are
    made in a process that is then killed.
    """
    return _worker(os.getpid()).compare(problem.answer, response)


class _Worker:
    """The process that has answers compared, started anew if it was killed; threads take turns."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._program = [sys.executable, "-P", str(Path(__file__).with_name("worker.py")), str(SECONDS)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        alone = {"start_new_session": True}  # an interruption is none of the worker's, and its child dies with it
        self._process, self._ready = (
            subprocess.Popen(self._program, **pipes, **alone, text=True, encoding="utf-8"),
            False,
        )

    def compare(self, answer: str, response: str) -> float:
        """Return 1.0 or 0.0; the latter, too, if the process does not survive the comparison.

        Raises RuntimeError if there is no such process.
        """
        with self._lock:
            self._require_ready()
            try:
                reward = self._ask(answer, response)
            except BaseException:  # interrupted: an answer still to come would be taken for the next one's
                os.killpg(self._process.pid, signal.SIGKILL)
                raise
            return float(reward or 0.0)

    def _ask(self, answer: str, response: str) -> str:
        """The process's line of output, empty if it was killed."""
        self._process.stdin.write(json.dumps([answer, response]) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def _require_ready(self) -> None:
        if self._process.poll() is not None:
            self._start()
        if not self._ready and not self._process.stdout.readline():
            raise RuntimeError(
                f"the process that compares answers does not start; see why with `{shlex.join(self._program)}`"
            )
        self._ready = True


@cache
def _worker(_process_id: int) -> _Worker:
    """One worker for each process: a forked one must not share its parent's."""
    return _Worker()
