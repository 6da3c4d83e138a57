import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.problems import Grader, Problem, Task, grader, grading, math_reward, task_named, task_names


def test_installed_tasks_are_found_by_name_without_naming_their_package():
    assert task_names() == sorted(TASKS)
    assert all(task_named(name) is TASKS[name] and isinstance(TASKS[name], Task) for name in TASKS)


@pytest.mark.parametrize("name", ["math", "arithmetic", "operator:eq"])
def test_whatever_grades_has_a_name_a_reward_and_a_limit(name):
    found = grader(name)
    assert isinstance(found, Grader) and found.name == name and found.max_new_tokens > 0
    assert grader(name, 7).max_new_tokens == 7


def test_a_grader_grades_as_its_task_math_verify_or_function_does():
    toy, problem = TASKS["arithmetic"], Problem("What is $1+1$?", "2")
    assert (grader("arithmetic").reward, grader("arithmetic").max_new_tokens) == (toy.reward, toy.max_new_tokens)
    assert grader("math").reward(problem, r"\boxed{2}") == 1.0
    assert grader("operator:eq").reward(problem, problem) and not grader("operator:eq").reward(problem, "2")


@pytest.mark.parametrize("find", [grader, task_named])
def test_an_unknown_name_is_refused_with_the_choices(find):
    with pytest.raises(ValueError, match=r"no task is called 'chess'; choose from .*arithmetic, pointer_tree"):
        find("chess")


def test_a_function_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="'no_module:f' cannot be imported"):
        grader("no_module:f")
    with pytest.raises(ValueError, match="'sys:path' is a list; expected a function"):
        grader("sys:path")


def test_a_module_that_cannot_run_is_named_in_one_line(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in {"half_a_module": "def f(:", "loud_module": "raise RuntimeError('one\\ntwo')"}.items():
        (tmp_path / f"{name}.py").write_text(text)
        with pytest.raises(ValueError, match=f"'{name}:f' cannot be imported") as refusal:
            grader(f"{name}:f")
        assert "\n" not in str(refusal.value)


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


def test_a_comparison_that_takes_too_long_earns_nothing_and_the_next_one_is_made(monkeypatch):
    monkeypatch.setattr(grading, "SECONDS", 1)
    own = grading._Worker()
    assert own.compare("4", r"\boxed{9^{9^{9^{9}}}}") == 0.0
    assert own.compare("4", r"\boxed{4}") == 1.0


def test_a_worker_that_was_killed_is_replaced_and_loses_no_reward():
    own = grading._Worker()
    assert own.compare("4", "4") == 1.0
    own._process.kill()
    own._process.wait()
    assert own.compare("4", "4") == 1.0


def test_an_interrupted_comparison_does_not_answer_the_next(monkeypatch):
    own = grading._Worker()
    assert own.compare("4", "4") == 1.0
    ask = own._ask

    def interrupted(answer, response):
        own._process.stdin.write(json.dumps([answer, response]) + "\n")
        own._process.stdin.flush()
        raise KeyboardInterrupt

    own._ask = interrupted
    with pytest.raises(KeyboardInterrupt):
        own.compare("4", "4")
    own._ask = ask
    own._process.wait()
    assert own.compare("4", "5") == 0.0


def test_a_worker_that_does_not_start_is_an_error_and_no_reward(monkeypatch):
    monkeypatch.setattr(grading, "SECONDS", "no number")
    with pytest.raises(RuntimeError, match=r"does not start; see why with `.*worker.py 'no number'`"):
        grading._Worker().compare("4", "4")


def test_a_worker_ends_with_the_program_that_started_it():
    script = (
        "from rlvr_direction.problems import Problem, grading, math_reward\n"
        "math_reward(Problem('q', '4'), '4')\n"
        "print(grading._worker(__import__('os').getpid())._process.pid)"
    )
    pid = int(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
    for _ in range(50):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"worker {pid} lives on")
