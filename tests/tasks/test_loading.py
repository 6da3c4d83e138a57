import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from rlvr_direction.tasks import Problem, loading
from rlvr_direction.tasks.loading import load_problems, math_reward


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


@pytest.mark.parametrize(
    ("answer", "response", "reward"),
    [
        ("18", r"so it is $\boxed{18}$.", 1.0),
        ("18", "so the answer is 18", 1.0),
        ("18", r"18 is tempting but \boxed{17}", 0.0),
        (r"\frac12", r"\boxed{0.5}", 1.0),
        ("x^2+1", r"\boxed{1+x^2}", 1.0),
        (r"\text{Evelyn}", r"\boxed{\text{Evelyn}}", 1.0),
        ("4", "", 0.0),
        ("4", r"\boxed{", 0.0),
        ("4", "9" * 5000, 0.0),
        ("4", "\x00\ud800", 0.0),
        ("", r"\boxed{}", 0.0),
    ],
)
def test_the_reward_is_equality_of_the_boxed_answer_on_any_thread(answer, response, reward):
    problem = Problem("q", answer)
    assert math_reward(problem, response) == reward
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(math_reward, problem, response).result() == reward


def test_a_comparison_that_takes_too_long_earns_nothing(monkeypatch):
    monkeypatch.setattr(loading, "SECONDS", 1)
    assert math_reward(Problem("q", "4"), r"\boxed{9^{9^{9^{9}}}}") == 0.0


def test_an_error_of_the_parser_earns_nothing(monkeypatch):
    def broken(*_, **__):
        raise RecursionError

    monkeypatch.setattr(loading, "parse", broken)
    assert math_reward(Problem("q", "4"), r"\boxed{4}") == 0.0
