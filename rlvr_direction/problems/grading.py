"""Graders by name: Math-Verify, a task that an installed package offers, or your own function."""

import threading
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

from rlvr_direction.problems.types import Grader, Problem, Task, Verifier

__all__ = ["grader", "load_function", "math_reward", "task_named", "task_names"]

GROUP = "rlvr_direction.tasks"
MATH_TOKENS = 1024
SECONDS = 5
BOXED_FIRST = (LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig())


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
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"{name!r} cannot be imported ({error}); expected module:function on the path") from error
    if not callable(found):
        raise ValueError(f"{name!r} is a {type(found).__name__}; expected a function, as module:function")
    return found


def math_reward(problem: Problem, response: str) -> float:
    r"""Return 1.0 if the response's answer, in `\boxed{}` or else its last expression, equals the problem's, else 0.0.

    Equality is Math-Verify's, which reads boxes that follow each other closely as one set. A response that it cannot
    parse or compare gets 0.0. So does one that takes more than five seconds per stage, but only on the main thread,
    because the limit is a signal.
    """
    seconds = SECONDS if threading.current_thread() is threading.main_thread() else None
    try:
        wanted, given = (
            parse(text, extraction_config=BOXED_FIRST, parsing_timeout=seconds)
            for text in (rf"\boxed{{{problem.answer}}}", response)
        )
        return float(verify(wanted, given, timeout_seconds=seconds))
    except Exception:  # whatever error a parser raises on a model's text, the text has not earned the reward
        return 0.0
