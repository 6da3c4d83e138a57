import doctest
import json

import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.problems import Problem, files, load_problems, types


def written(tmp_path, text: str):
    path = tmp_path / "problems.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_become_problems_in_order_and_further_keys_are_ignored(tmp_path):
    rows = [{"problem": "a\u2028b", "answer": "2", "level": 5}, {"problem": "$x$?", "answer": r"\frac12"}]
    path = written(tmp_path, "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n")
    assert load_problems(path) == [Problem("a\u2028b", "2"), Problem("$x$?", r"\frac12")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[" * 100_000, "line 2: not JSON"),
        ("[]", "line 2: a list; expected an object"),
        ('{"problem": "x"}', r"line 2: no key 'answer', only \['problem'\]"),
        ('{"answer": "x"}', "line 2: no key 'problem'"),
        (
            '{"problem": "x", "answer": [2]}',
            r"line 2: 'answer' is '\[2\]'; expected a string or a whole number or",
        ),
        ('{"problem": "x", "answer": true}', "line 2: 'answer' is 'True'; expected a string"),
        ('{"problem": "x", "answer": NaN}', "line 2: 'answer' is 'nan'; expected a string or a whole number or"),
        ('{"problem": "a\\ud800b", "answer": "x"}', "line 2: not JSON .*surrogates not allowed"),
        ('{"problem": 7, "answer": "x"}', "line 2: 'problem' is '7'; expected a string or a list of messages"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, row, message):
    path = written(tmp_path, '{"problem": "x", "answer": "1"}\n' + row)
    with pytest.raises(ValueError, match=message):
        load_problems(path)


def test_a_file_without_rows_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(ValueError, match="is empty"):
        load_problems(written(tmp_path, "\n"))
    with pytest.raises(FileNotFoundError, match=r"none\.jsonl is not a file"):
        load_problems(tmp_path / "none.jsonl")


MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1="}]
ROWS = [{"problem": "1+1=", "answer": 2, "level": 1}, {"problem": "1+2=", "answer": 3, "level": None}]


@pytest.mark.parametrize("messages", [False, True])
def test_jsonl_parquet_and_a_table_give_the_same_problems(tmp_path, messages):
    rows = [{**row, "problem": MESSAGES} for row in ROWS] if messages else ROWS
    table = pd.DataFrame(rows)
    jsonl = written(tmp_path, "\n".join(map(json.dumps, rows)))
    parquet = records.save(table, tmp_path / "p.parquet", metadata={})
    expected = [Problem(MESSAGES if messages else row["problem"], str(row["answer"])) for row in ROWS]
    assert load_problems(jsonl) == load_problems(parquet) == load_problems(table) == expected


def test_a_whole_number_stays_whole_in_a_column_of_floats():
    table = pd.DataFrame({"problem": ["a", "b"], "answer": [2.0, 0.5]})
    assert [problem.answer for problem in load_problems(table)] == ["2", "0.5"]


def test_an_answer_that_is_missing_from_a_table_is_named_by_its_row():
    with pytest.raises(ValueError, match="the table, row 2: no key 'answer'"):
        load_problems(pd.DataFrame({"problem": ["a", "b"], "answer": ["1", None]}))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.csv", b"problem,answer", r"p\.csv ends in '\.csv'; expected \.jsonl or \.parquet"),
        ("p.parquet", b"not Parquet", r"p\.parquet cannot be read as parquet"),
        ("p.jsonl", b'{"problem": "\xe9"}', r"p\.jsonl cannot be read as jsonl .*UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_problems(tmp_path / name)


@pytest.mark.parametrize("module", [files, types])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_token_ids_take_the_place_of_a_problem(tmp_path):
    path = written(tmp_path, '{"prompt_ids": [3, 4], "answer": 2}\n{"problem": "x", "prompt_ids": [5], "answer": 1}')
    problems = load_problems(path)
    assert problems == [Problem([3, 4], "2"), Problem([5], "1")] and problems[0].text == "3 4"
    with pytest.raises(ValueError, match="line 1: 'prompt_ids' is '3'; expected a list of token ids"):
        load_problems(written(tmp_path, '{"prompt_ids": "3", "answer": 2}'))


def test_further_columns_can_be_written_whatever_their_values_are(tmp_path):
    rows = [
        {"mixed": 1, "huge": 10**30, "flag": True, "level": 3},
        {"mixed": "a", "huge": 2, "level": 4},
        {"huge": 3, "flag": False, "level": 5},
    ]
    further = records.load(records.save(files.further_columns(rows, ()), tmp_path / "f.parquet", metadata={}))
    assert further["mixed"].tolist()[:2] == ["1", "a"] and further["mixed"].isna().tolist() == [False, False, True]
    assert further["huge"].tolist() == [str(10**30), "2", "3"] and further["level"].tolist() == [3, 4, 5]
    assert further["flag"].tolist() == [True, None, False]
