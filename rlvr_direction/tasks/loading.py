"""Rows from a JSONL file, mathematical problems among them, and the verifier for their boxed answers."""

import json
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

from rlvr_direction.tasks.types import Problem

__all__ = ["load_function", "load_problems", "math_reward", "read_jsonl"]

SECONDS = 5
KINDS = {str: "string", list: "list"}
BOXED_FIRST = (LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig())


def read_jsonl(path: str | Path, keys: Mapping[str, type]) -> list[dict[str, Any]]:
    """The rows of a JSONL file as they stand, each an object that has these keys with values of these types.

    Raises FileNotFoundError where there is no such file and ValueError, with the line number, for a row that is not
    such an object or for a file without rows.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not a file; pass a JSONL file of rows with {_named(keys)}")
    lines = path.read_text(encoding="utf-8").split("\n")
    rows = [_row(line, keys, f"{path}, line {i}") for i, line in enumerate(lines, start=1) if line.strip()]
    if not rows:
        raise ValueError(f"{path} is empty; expected one row with {_named(keys)} a line")
    return rows


def load_problems(path: str | Path) -> list[Problem]:
    r"""The rows of a JSONL file, each `{"problem": "What is $1+1$?", "answer": "2"}`; further keys are ignored.

    Raises what `read_jsonl` does.
    """
    return [Problem(row["problem"], row["answer"]) for row in read_jsonl(path, {"problem": str, "answer": str})]


def load_function(name: str) -> Callable[..., Any]:
    """The function that `module:function` names. Raises ValueError where there is none."""
    module, _, function = name.partition(":")
    try:
        return getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"{name!r} cannot be imported ({error}); expected module:function on the path") from error


def math_reward(problem: Problem, response: str) -> float:
    r"""Return 1.0 if the response's answer, in `\boxed{}` or else its last expression, equals the problem's, else 0.0.

    Equality is Math-Verify's, which reads boxes that follow each other closely as one set. It is given five seconds a
    stage, but only on the main thread, since its limit is a signal; a response that it cannot parse or compare in that
    time gets 0.0.
    """
    seconds = SECONDS if threading.current_thread() is threading.main_thread() else None
    try:
        wanted, given = (
            parse(text, extraction_config=BOXED_FIRST, parsing_timeout=seconds)
            for text in (rf"\boxed{{{problem.answer}}}", response)
        )
        return float(verify(wanted, given, timeout_seconds=seconds))
    except Exception:  # whatever a parser does with a model's text, the text has not earned the reward
        return 0.0


def _row(line: str, keys: Mapping[str, type], where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{where}: not JSON ({error}); expected a row with {_named(keys)}") from error
    if not isinstance(row, dict):
        raise ValueError(f"{where}: a {type(row).__name__}; expected an object with {_named(keys)}")
    for key, kind in keys.items():
        if key not in row:
            raise ValueError(f"{where}: no key {key!r}, only {sorted(row)}; add it or rename the column")
        if not isinstance(row[key], kind):
            raise ValueError(f"{where}: {key!r} is a {type(row[key]).__name__}; expected a {KINDS[kind]}")
    return row


def _named(keys: Mapping[str, type]) -> str:
    return " and ".join(map(repr, keys))
