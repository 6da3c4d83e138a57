"""Charts of weightings and of training: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest

from rlvr_direction.press.plots import reweighting

METHODS = ("DAPO", "paper")
WEIGHTS = pd.DataFrame(
    [(m, p / 10, 1.1) for m in METHODS for p in range(11)], columns=["method", "probability", "weight"]
)


def along(name, values):
    rows = [(task, m, x, 0.5, 0.4, 0.6) for task in ("arithmetic", "pointer_tree") for m in METHODS for x in values]
    return pd.DataFrame(rows, columns=["task", "method", name, "mean", "low", "high"])


def minus_dapo():
    rows = [
        (t, q, m, 0.01, -0.01, 0.03) for t in ("arithmetic", "pointer_tree") for q in ("area", "final") for m in "abc"
    ]
    return pd.DataFrame(rows, columns=["task", "quantity", "method", "difference", "low", "high"])


CURVES, PASSES, DIFFERENCES = along("rollout", (0, 10, 20)), along("k", (1, 2, 4)), minus_dapo()
CHARTS = {
    "weights": (reweighting.weights(WEIGHTS, "weights"), WEIGHTS),
    "curves": (reweighting.curves(CURVES, "rollout", "accuracy", "curves"), CURVES),
    "passes": (reweighting.curves(PASSES, "k", "pass@k", "passes"), PASSES),
    "differences": (reweighting.differences(DIFFERENCES, "differences"), DIFFERENCES),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_draws_every_row_and_column(honest, name):
    honest(*CHARTS[name])


def test_task_and_quantity_of_the_differences_are_chosen_from_menus(offers):
    tasks, quantities = ["arithmetic", "pointer_tree"], ["area", "final"]
    menus = offers(CHARTS["differences"][0])
    assert menus == {"task": (tasks, tasks[0]), "quantity": (quantities, quantities[0])}
