"""Charts of chapter 1: each is drawn from the columns it names and says in words what it shows."""

import re

import pandas as pd
import pytest

from rlvr_direction.press.plots import training

TASKS = ("arithmetic", "pointer_tree")
PATH = pd.DataFrame({"update": [0, 0, 1, 1], "token": ["~", "="] * 2, "probability": [0.9, 0.1, 0.7, 0.3]})
RUNS = pd.DataFrame(
    [(task, seed, rollout, rollout / 80) for task in TASKS for seed in range(3) for rollout in range(5)],
    columns=["task", "seed", "rollout", "reward"],
)
ACCURACY = pd.DataFrame(
    [(task, model, t, p, 0.5, 0.02) for task in TASKS for model in ("base", "RL") for t in (0, 1) for p in (0.7, 1.0)],
    columns=["task", "model", "temperature", "top_p", "accuracy", "standard_error"],
)
CHARTS = {
    "policy_path": (training.policy_path(PATH, "a path"), PATH),
    "curves": (training.curves(RUNS, "reward", "mean reward", "curves"), RUNS),
    "accuracy": (training.accuracy(ACCURACY, "accuracies"), ACCURACY),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_draws_every_row_and_column(honest, name):
    honest(*CHARTS[name])


def test_accuracy_shows_one_task_and_offers_both(offers):
    assert offers(CHARTS["accuracy"][0]) == {"task": (list(TASKS), TASKS[0])}


def test_an_error_bar_is_two_standard_errors_up_and_down(draw):
    table = ACCURACY.assign(accuracy=0.5, standard_error=0.25)  # from 0 to 1: the whole height
    bars = re.findall(r'<line [^>]*y2="(-?\d+)" stroke="#', draw(training.accuracy(table, "a")))
    assert "240" in bars or "-240" in bars
