"""Cells, stages and problems of the second registration."""

from itertools import combinations

import pandas as pd
import pytest

from rlvr_direction.lab import regime
from rlvr_direction.lab.regime import CELLS, DECIDING, JUDGED, NOISE, checkpoint, problems_of
from rlvr_direction.lab.tasks import TASKS


@pytest.mark.parametrize("task", TASKS)
def test_no_problem_serves_two_purposes_and_each_has_enough(task):
    sets = {purpose: set(problems_of(task, 500, purpose)) for purpose in NOISE}
    assert all(len(found) == 500 for found in sets.values()) and len(set(NOISE.values())) == 3
    assert not any(a & b for a, b in combinations(sets.values(), 2))
    assert len(problems_of(task, JUDGED[task], "judged")) == JUDGED[task]
    held_out = TASKS[task].problems(300, seed=5, split="train")
    assert not set(held_out) & set.union(*sets.values())


def test_the_goals_of_one_tree_serve_one_purpose():
    tables = {
        purpose: {problem.prompt.rsplit(" ", 1)[0] for problem in problems_of("pointer_tree", 1000, purpose)}
        for purpose in NOISE
    }
    assert not any(a & b for a, b in combinations(tables.values(), 2))


def test_more_problems_than_there_are_is_refused():
    with pytest.raises(ValueError, match=r"keeps .* for purpose 'tuning'"):
        problems_of("arithmetic", 10**6, "tuning")


@pytest.mark.parametrize(
    ("accuracy", "unfinished"),
    [
        ({"base": 0.1, "rl_010": 0.3, "rl_020": 0.5, "rl_080": 0.9}, "rl_020"),
        ({"base": 0.1, "rl_010": 0.43, "rl_020": 0.5, "rl_080": 0.9}, "rl_010"),
    ],
)
def test_the_unfinished_stage_is_the_first_that_is_40_percent_of_the_way(accuracy, unfinished, monkeypatch):
    table = pd.Series(accuracy)
    monkeypatch.setattr(regime, "_accuracies", lambda *_: (table, [n for n in accuracy if n != "base"]))
    assert checkpoint("arithmetic", "unfinished") == unfinished
    assert checkpoint("arithmetic", "finished") == "rl_080"


def test_a_run_that_was_stopped_early_is_measured_against_the_finished_one(monkeypatch):
    runs = {
        0: {"base": 0.1, "rl_010": 0.2, "rl_080": 0.9},
        1: {"base": 0.1, "rl_010_seed_1": 0.3, "rl_020_seed_1": 0.5},
    }
    found = {seed: (pd.Series(run), [n for n in run if n != "base"]) for seed, run in runs.items()}
    monkeypatch.setattr(regime, "_accuracies", lambda _, rl_seed: found[rl_seed])
    assert checkpoint("worded", "unfinished", 1) == "rl_020_seed_1"
    assert checkpoint("worded", "unfinished", 0) == "rl_080"
    assert regime.finished_seeds("worded", 2) == [0]
    with pytest.raises(FileNotFoundError, match="RL seed 1 of worded was stopped after 20 rollouts"):
        checkpoint("worded", "finished", 1)


def test_a_seed_without_a_run_is_refused_with_the_command_that_makes_it():
    with pytest.raises(FileNotFoundError, match=r"no RL run of seed 9; make it with .*toy arithmetic .*--rl-seed 9"):
        checkpoint("arithmetic", "unfinished", 9)


def test_the_deciding_cell_is_one_of_four():
    assert DECIDING in CELLS and len(set(map(str, CELLS))) == 4 and str(DECIDING) == "unfinished, top_p 0.7"
