"""Decoding a file: what the command writes, and what it refuses."""

import json

import pytest

from rlvr_direction import records
from rlvr_direction.evaluation import RESPONSE_COLUMNS, decode_file, files, tokens_path
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS, Problem
from rlvr_direction.problems import grader

SETTINGS = {
    **{"where": "delta_logp<=-0.3", "gamma": 0.0, "task": "pointer_tree", "samples": 2, "seed": 0, "propose": "base"},
    **{"temperature": 1.0, "top_p": 1.0, "max_new_tokens": None, "batch_size": 16, "block": "auto", "keep_tokens": 5},
    **{"load": {}, "resume": False, "force": False, "command": "c"},
}


@pytest.fixture
def decode(tmp_path):
    """A function: decode six problems of the tree into `d.parquet` with settings that a test overrides."""
    rows = [{"problem": p.prompt, "answer": p.answer} for p in TASKS["pointer_tree"].problems(6, seed=4)]
    problems = tmp_path / "problems.jsonl"
    problems.write_text("".join(json.dumps(row) + "\n" for row in rows))
    folder = TOYS / "pointer_tree"
    return lambda **changed: decode_file(
        str(folder / "base"), str(folder / "rl_080"), problems, tmp_path / "d.parquet", **SETTINGS | changed
    )


def test_responses_and_tokens_are_written_with_their_provenance(decode):
    out = decode()
    table, tokens = records.load(out), records.load(tokens_path(out))
    assert list(table.columns) == list(RESPONSE_COLUMNS) and len(table) == 12
    assert table.attrs["command"] == tokens.attrs["command"] == "c" and table.attrs["block"] == 8
    assert tokens["text_id"].nunique() == 5
    lengths = tokens.groupby("text_id").size().tolist()
    assert lengths == table["n_tokens"].head(5).tolist()
    assert sorted(path.name for path in out.parent.iterdir()) == ["d.parquet", "d.tokens.parquet", "problems.jsonl"]


def test_no_tokens_are_kept_where_none_are_asked_for(decode):
    assert not tokens_path(decode(keep_tokens=0)).exists()


def test_a_killed_run_resumes_to_the_same_bytes(decode, monkeypatch):
    monkeypatch.setattr(files, "PROBLEMS_PER_PART", 2)
    whole = decode().read_bytes()
    real, calls = files.respond, []

    def dying(*arguments, **named):
        calls.append(named["block"])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(files, "respond", dying)
    with pytest.raises(KeyboardInterrupt):
        decode(force=True)
    assert decode(resume=True).read_bytes() == whole and len(calls) == 2 + 2 + 1


def test_a_grader_is_a_task_math_or_a_function_of_ones_own(tmp_path, monkeypatch):
    (tmp_path / "own_grader.py").write_text("def half(problem, response):\n    return 0.5\n")
    monkeypatch.syspath_prepend(tmp_path)
    problem = Problem("What is $1+1$?", "2")
    assert grader("own_grader:half", 7).reward(problem, "x") == 0.5 and grader("own_grader:half", 7).max_new_tokens == 7
    assert grader("math", None).reward(problem, r"\boxed{2}") == 1.0
    assert grader("arithmetic", None).max_new_tokens == TASKS["arithmetic"].max_new_tokens


@pytest.mark.parametrize(
    ("changed", "seen"),
    [
        ({"where": "nothing<=1"}, "no score is called 'nothing'; choose from logp_base"),
        ({"where": "delta_logp=0"}, "no criterion reads 'delta_logp=0'"),
        ({"gamma": -2.0}, "gamma is -2.0"),
        ({"top_p": 0.0}, "top_p is 0.0"),
        ({"temperature": -1.0}, "temperature is -1.0"),
        ({"propose": "both"}, "propose is 'both'; expected base or rl"),
        ({"block": "fast"}, "block is 'fast'; expected auto"),
        ({"block": "0"}, "block is 0"),
        ({"task": "chess"}, "no task is called 'chess'; choose from math, arithmetic"),
        ({"task": "no_such_module:f"}, "cannot be imported"),
        ({"max_new_tokens": 90}, "problem 0 has .* new ones fit into a context of 96"),
    ],
)
def test_bad_settings_are_refused_in_one_sentence_and_nothing_is_written(decode, tmp_path, changed, seen):
    with pytest.raises(ValueError, match=seen) as refusal:
        decode(**changed)
    assert "\n" not in str(refusal.value)
    assert [path.name for path in tmp_path.iterdir()] == ["problems.jsonl"]
