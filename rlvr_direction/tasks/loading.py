"""Mathematical problems from a file, and the verifier for their boxed answers."""

import json
import threading
from pathlib import Path

from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

from rlvr_direction.tasks.types import Problem

SECONDS = 5
KEYS = ("problem", "answer")
BOXED_FIRST = (LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig())


def load_problems(path: str | Path) -> list[Problem]:
    r"""The rows of a JSONL file, each `{"problem": "What is $1+1$?", "answer": "2"}`; further keys are ignored.

    Raises FileNotFoundError where there is no such file and ValueError, with the line number, for a row that is not
    such an object or for a file without rows.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not a file; pass a JSONL file of rows with 'problem' and 'answer'")
    lines = path.read_text(encoding="utf-8").split("\n")
    problems = [_problem(line, f"{path}, line {i}") for i, line in enumerate(lines, start=1) if line.strip()]
    if not problems:
        raise ValueError(f"{path} is empty; expected one row with 'problem' and 'answer' a line")
    return problems


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


def _problem(line: str, where: str) -> Problem:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{where}: not JSON ({error}); expected a row with 'problem' and 'answer'") from error
    if not isinstance(row, dict):
        raise ValueError(f"{where}: a {type(row).__name__}; expected an object with 'problem' and 'answer'")
    for key in KEYS:
        if key not in row:
            raise ValueError(f"{where}: no key {key!r}, only {sorted(row)}; add it or rename the column")
        if not isinstance(row[key], str):
            raise ValueError(f"{where}: {key!r} is a {type(row[key]).__name__}; expected a string")
    return Problem(row["problem"], row["answer"])
