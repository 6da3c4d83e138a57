"""Charts of chapter 1: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest
import vl_convert

from rlvr_direction.press.display import VEGA_LITE
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
    "policy_path": training.policy_path(PATH, "a path"),
    "curves": training.curves(RUNS, "reward", "mean reward", "curves"),
    "accuracy": training.accuracy(ACCURACY, "accuracies"),
}


def drawn(name):
    spec = CHARTS[name].to_dict()
    return spec, vl_convert.vegalite_to_svg({**spec, "width": 600}, vl_version=VEGA_LITE)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_can_be_drawn(name):
    spec, svg = drawn(name)
    assert spec["description"] and svg.startswith("<svg")
    assert set(training.__all__) == set(CHARTS)


def test_every_seed_is_a_line_and_every_task_has_a_mean():
    _, svg = drawn("curves")
    assert svg.count('aria-roledescription="line mark"') == len(TASKS) * 3 + len(TASKS)


def test_accuracy_shows_one_task_and_offers_both():
    spec, svg = drawn("accuracy")
    (menu,) = [param for param in spec["params"] if param["name"] == "task"]
    assert menu["bind"]["options"] == list(TASKS)
    assert svg.count('aria-roledescription="rule mark"') == len(ACCURACY) / 2


def test_an_error_bar_is_two_standard_errors_up_and_down():
    (transform,) = [
        step["transform"] for step in CHARTS["accuracy"].to_dict()["layer"] if step["mark"]["type"] == "rule"
    ]
    formulas = [step["calculate"] for step in transform if "calculate" in step]
    assert sorted(formulas) == [
        "datum.accuracy + 2 * datum.standard_error",
        "datum.accuracy - 2 * datum.standard_error",
    ]
