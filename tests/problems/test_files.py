import json

import pytest

from rlvr_direction.problems import Problem, load_problems


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
        ('{"problem": "x", "answer": 2}', "line 2: 'answer' is a int; expected a string"),
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
