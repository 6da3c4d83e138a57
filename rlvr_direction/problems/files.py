"""Rows of a JSONL or Parquet file, checked as they are read; problems are such rows."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from rlvr_direction import records
from rlvr_direction.problems.types import Problem

__all__ = ["load_problems", "read_rows"]

NAMES = {str: "a string", list: "a list of messages", int: "a whole number", float: "a number"}
Kinds = Mapping[str, tuple[type, ...]]


def read_rows(source: str | Path | pd.DataFrame, keys: Kinds) -> list[dict[str, Any]]:
    """The rows of a JSONL file, a Parquet file or a table; each has these keys, with values of one of the given types.

    Further keys are kept. Raises FileNotFoundError for a missing file, and ValueError for a bad row (with its number),
    a file without rows, or any other kind of file.
    """
    if isinstance(source, pd.DataFrame):
        return _checked(records.rows(source), keys, "the table", "row")
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not a file; pass a JSONL or Parquet file of rows with {_named(keys)}")
    if path.suffix not in (".jsonl", ".json", ".parquet"):
        raise ValueError(f"{path} ends in {path.suffix!r}; expected .jsonl or .parquet: convert it, or rename it")
    try:
        if path.suffix == ".parquet":
            return _checked(records.rows(records.load(path)), keys, str(path), "row")
        lines = path.read_text(encoding="utf-8").split("\n")
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as {path.suffix[1:]} ({error}); write it again, in UTF-8") from error
    return _checked([_object(line, f"{path}, line {i}") for i, line in enumerate(lines, 1)], keys, str(path), "line")


def load_problems(source: str | Path | pd.DataFrame) -> list[Problem]:
    r"""The problems of a JSONL file, a Parquet file or a table; a number as an answer becomes text.

    A row is `{"problem": "What is $1+1$?", "answer": "2"}`; the problem may also be a list of messages. Further keys
    are ignored. Raises what `read_rows` raises.

    >>> load_problems(pd.DataFrame({"problem": ["1+1=", "1+2="], "answer": [2, 3]}))
    [Problem(prompt='1+1=', answer='2'), Problem(prompt='1+2=', answer='3')]
    """
    rows = read_rows(source, {"problem": (str, list), "answer": (str, int, float)})
    return [Problem(row["problem"], _text(row["answer"])) for row in rows]


def _text(answer: str | int | float) -> str:
    """An answer as text; a whole number stays whole, though a column with gaps holds it as a float."""
    return str(int(answer)) if isinstance(answer, float) and answer.is_integer() else str(answer)


def _object(line: str, where: str) -> Any:
    """The JSON of a line; None for a blank one."""
    try:
        return json.loads(line) if line.strip() else None
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{where}: not JSON ({error}); expected an object on a line of its own") from error


def _checked(rows: list[Any], keys: Kinds, name: str, unit: str) -> list[dict[str, Any]]:
    """The rows that are not None, each checked; a refusal names a row by its number."""
    numbered = [(i, row) for i, row in enumerate(rows, 1) if row is not None]
    if not numbered:
        raise ValueError(f"{name} is empty; expected one row with {_named(keys)} per {unit}")
    for i, row in numbered:
        _check(row, keys, f"{name}, {unit} {i}")
    return [row for _, row in numbered]


def _check(row: Any, keys: Kinds, where: str) -> None:
    if not isinstance(row, dict):
        raise ValueError(f"{where}: a {type(row).__name__}; expected an object with {_named(keys)}")
    for key, kinds in keys.items():
        if key not in row:
            raise ValueError(f"{where}: no key {key!r}, only {sorted(row)}; add it or rename the column")
        if type(row[key]) not in kinds:
            expected = " or ".join(NAMES[kind] for kind in kinds)
            raise ValueError(f"{where}: {key!r} is {str(row[key])[:60]!r}; expected {expected}")


def _named(keys: Kinds) -> str:
    return " and ".join(map(repr, keys))
