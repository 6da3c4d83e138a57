"""Rows of a JSONL or Parquet file, checked as they are read; problems are such rows, or a data set's by its name."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from rlvr_direction import records
from rlvr_direction.problems.datasets import DATASETS, dataset_rows
from rlvr_direction.problems.types import Problem

__all__ = ["further_columns", "load_problems", "problem_rows", "problems_in", "read_rows"]

NAMES = {str: "a string", list: "a list of messages", int: "a whole number", float: "a number"}
Kinds = Mapping[str, tuple[type, ...]]
PROBLEM: Kinds = {"problem": (str, list), "answer": (str, int, float)}


def read_rows(source: str | Path | pd.DataFrame, keys: Kinds) -> list[dict[str, Any]]:
    """The rows of a JSONL file, a Parquet file or a table; each has these keys, with values of one of the given types.

    A key of messages is not needed where a row has `prompt_ids`, a list of token ids. Further keys are kept. Raises
    FileNotFoundError for a missing file, and ValueError for a bad row (with its number), a file without rows, or any
    other kind of file.
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
    found = [_object(line, f"{path}, line {i}") for i, line in enumerate(lines, 1)]
    return _checked(found, keys, str(path), "line")


def problem_rows(source: str | Path | pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a JSONL file, a Parquet file or a table of problems, or of a data set by its name in `DATASETS`.

    A file of that name comes first. Raises what `read_rows` and `dataset_rows` raise.
    """
    if isinstance(source, pd.DataFrame) or Path(source).is_file():
        return read_rows(source, PROBLEM)
    if str(source) in DATASETS:
        return dataset_rows(str(source))
    raise FileNotFoundError(
        f"{source} is not a file, nor one of {', '.join(DATASETS)}; pass one of these names, or a JSONL or Parquet "
        f"file of rows with {_named(PROBLEM)}"
    )


def load_problems(source: str | Path | pd.DataFrame) -> list[Problem]:
    r"""The problems of a JSONL file, a Parquet file or a table, or of a data set by its name in `DATASETS`.

    A row is `{"problem": "What is $1+1$?", "answer": "2"}`; the problem may also be a list of messages, and
    `prompt_ids`, token ids, takes its place where given. A number as an answer becomes text. `further_columns` has the
    other keys of `problem_rows`. Raises what `problem_rows` raises.

    >>> load_problems(pd.DataFrame({"problem": ["1+1=", "1+2="], "answer": [2, 3]}))
    [Problem(prompt='1+1=', answer='2'), Problem(prompt='1+2=', answer='3')]
    """
    return problems_in(problem_rows(source))


def problems_in(rows: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """The problems of rows that `problem_rows` gave, in their order."""
    return [Problem(row.get("prompt_ids", row.get("problem")), _text(row["answer"])) for row in rows]


def further_columns(rows: Sequence[Mapping[str, Any]], known: Collection[str]) -> pd.DataFrame:
    """The columns of rows that are not among those known: text, numbers and truth values, one row per row.

    >>> further_columns([{"problem": "1+1=", "level": 3}, {"problem": "1+2="}], {"problem"})
       level
    0    3.0
    1    NaN
    """
    kept = [{key: value for key, value in row.items() if isinstance(value, str | int | float)} for row in rows]
    table = pd.DataFrame(kept, index=range(len(rows)))
    return table[[name for name in table.columns if name not in known]].apply(_of_one_type)


def _of_one_type(column: pd.Series) -> pd.Series:
    """A column that Parquet can hold: as it is, or as text where its values have no type in common."""
    try:
        pa.array(column, from_pandas=True)
    except (pa.ArrowException, OverflowError):
        return column.map(str, na_action="ignore")
    return column


def _text(answer: str | int | float) -> str:
    """An answer as text; a whole number stays whole, though a column with gaps holds it as a float."""
    return str(int(answer)) if isinstance(answer, float) and answer.is_integer() else str(answer)


def _object(line: str, where: str) -> Any:
    """The JSON of a line; None for a blank one."""
    try:
        found = json.loads(line) if line.strip() else None
        json.dumps(found, ensure_ascii=False).encode()  # fails for half of a surrogate pair, which is no text
        return found
    except (json.JSONDecodeError, RecursionError, UnicodeEncodeError) as error:
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
    if "prompt_ids" in row:
        keys = {key: kinds for key, kinds in keys.items() if list not in kinds} | {"prompt_ids": (list,)}
    for key, kinds in keys.items():
        if key not in row:
            raise ValueError(f"{where}: no key {key!r}, only {sorted(row)}; add it or rename the column")
        if type(row[key]) not in kinds or (isinstance(row[key], float) and not math.isfinite(row[key])):
            expected = "a list of token ids" if key == "prompt_ids" else " or ".join(NAMES[kind] for kind in kinds)
            raise ValueError(f"{where}: {key!r} is {str(row[key])[:60]!r}; expected {expected}")


def _named(keys: Kinds) -> str:
    return " and ".join(map(repr, keys))
