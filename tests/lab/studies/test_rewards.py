"""The study of rewards: responses of both writers, and what delta_logp says of each as a whole."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction import load_toy_pair
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.claims import b3
from rlvr_direction.lab.claims.rewards import selection
from rlvr_direction.lab.studies import rewards
from rlvr_direction.lab.studies.rewards import measure, plan
from rlvr_direction.lab.toys import stages

TASK = "pointer_tree"


@pytest.fixture(scope="module")
def table():
    """RL's responses to ten problems, six each."""
    return measure(TASK, "rl_020", "rl", 1.0, range(10), 6)


def test_a_part_per_stage_writer_and_nucleus():
    parts = [part.args for part in plan(TASK, seeds=5, n=7)]
    assert len(set(parts)) == len(parts) == 4 * len(stages(TOYS / TASK))
    assert {args[1] for args in parts} == set(stages(TOYS / TASK)) and {args[4] for args in parts} == {range(7)}


def test_worded_is_asked_part_by_part_at_whatever_stages_it_has(tmp_path, monkeypatch):
    monkeypatch.setattr(rewards, "TOYS", tmp_path)
    for name in ("rl_030", "rl_120", "rl_120_seed_1"):
        (tmp_path / "worded" / name).mkdir(parents=True)
        (tmp_path / "worded" / name / "config.json").write_text("{}")
    parts = [part.args for part in plan("worded", seeds=5, n=500)]
    assert {args[1] for args in parts} == {"rl_030", "rl_120"} and {args[5] for args in parts} == {8}
    asked = [args[4] for args in parts if args[1:4] == ("rl_030", "base", 1.0)]
    assert asked == [range(200), range(200, 400), range(400, 500)] and {args[3] for args in parts} == {1.0}


def test_a_task_without_a_toy_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rewards, "TOYS", tmp_path)
    with pytest.raises(FileNotFoundError, match="worded"):
        plan("worded", seeds=1, n=5)


def test_a_table_is_the_same_in_one_part_or_two(table):
    halves = [measure(TASK, "rl_020", "rl", 1.0, range(*ends), 6) for ends in ((0, 4), (4, 10))]
    joined = pd.concat(halves, ignore_index=True)
    rounded = ["sum", "minimum", "last", "sum_logp_rl"]
    pd.testing.assert_frame_equal(joined.drop(columns=rounded), table.drop(columns=rounded))
    np.testing.assert_allclose(joined[rounded], table[rounded], atol=2e-3)


def test_what_is_said_of_a_response_is_consistent(table):
    assert table.groupby("problem_id").size().tolist() == [6] * 10
    assert (table["minimum"] <= table["last"]).all() and (table["sum_logp_rl"] < 0).all()
    assert (table["minimum"] * table["n_tokens"] <= table["sum"] + 1e-3).all()
    assert (table["correct"] <= table["finished"]).all() and ((table["answer"] == -1) == (table["finished"] == 0)).all()
    assert 0 < table["correct"].mean() < 1


def test_right_responses_to_a_problem_have_one_answer(table):
    right = table[table["correct"] == 1].groupby("problem_id")["answer"]
    assert (right.nunique() == 1).all() and table["answer"].nunique() > 2


def test_rewards_are_those_of_the_tokens(monkeypatch):
    """Two responses, of which the second has no end; delta_logp of a token is minus its position."""
    rows = [(0, 0, 0.0), (0, 1, -1.0), (0, 2, -2.0), (1, 0, 0.0), (1, 1, -1.0)]
    tokens = pd.DataFrame(rows, columns=["text_id", "position", "delta_logp"]).assign(logp_rl=-0.5)
    monkeypatch.setattr(rewards, "score_responses", lambda *_arguments, **_options: tokens.astype({"delta_logp": "f4"}))
    written = pd.DataFrame({"n_tokens": [3, 2], "finished": [True, False]})
    found = rewards._rewards(load_toy_pair(TASK), [], written)
    assert found["sum"].tolist() == [-3, -1] and found["minimum"].tolist() == [-2, -1]
    assert found["last"].tolist() == [-1, -1] and found["sum_logp_rl"].tolist() == [-1.5, -1]


def test_an_answer_is_the_end_of_the_last_line():
    said = ["1+2\nA:3", "4\nA:3", "A:4", "so\none answer 7", "answer 7", "A:3"]
    table = pd.DataFrame({"response": said, "problem_id": [0, 0, 0, 1, 1, 2], "finished": [True] * 5 + [False]})
    assert rewards._answers(table).tolist() == [0, 0, 1, 0, 0, -1]


def test_a_tiny_study_can_be_judged_and_chosen_from():
    table = pd.concat([measure(TASK, "rl_080", writer, 1.0, range(12), 4) for writer in ("base", "rl")])
    for row in b3.judge({"rewards": {TASK: table}}):
        assert row.low <= row.value <= row.high
    found = selection(table, (2, 4), draws=20).set_index(["writer", "way", "n"])["accuracy"]
    assert found["base", "random", 1] < found["rl", "random", 1] <= found["rl", "verifier", 4]
