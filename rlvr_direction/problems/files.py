"""Rows of a JSONL file, problems among them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rlvr_direction.problems.types import Problem

__all__ = ["load_problems", "read_jsonl"]

KINDS = {str: "string", list: "list"}


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
