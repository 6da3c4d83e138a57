"""Charts of chapter 5: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest

from rlvr_direction.press.plots import gradient

MASS = pd.DataFrame(
    [
        (task, stage, p, of, 0.5)
        for task in ("arithmetic", "pointer_tree")
        for stage in ("base", "rl_080")
        for p in (0.25, 0.75)
        for of in ("tokens", "gradient")
    ],
    columns=["task", "stage", "probability", "of", "share"],
)
NORMS = pd.DataFrame(
    {
        "task": ["arithmetic", "pointer_tree"] * 2,
        "stage": ["base", "base", "rl_080", "rl_080"],
        "token": list("~=+1"),
        "logits": 0.5,
        "parameters": 2.0,
    }
)
EXCESS = pd.DataFrame(
    [(task, "start", at, 0.1, 0.05, 0.2) for task in ("arithmetic", "pointer_tree") for at in ("p < 0.1", "p < 0.5")],
    columns=["task", "stage", "tokens", "value", "low", "high"],
)
CHARTS = {
    "excess": (gradient.excess(EXCESS, "excess"), EXCESS),
    "mass_by_probability": (gradient.mass_by_probability(MASS, "mass"), MASS),
    "norms": (gradient.norms(NORMS, "norms"), NORMS),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_draws_every_row_and_column(honest, name):
    honest(*CHARTS[name])


def test_task_and_stage_are_chosen_from_menus(offers):
    tasks, stages = ["arithmetic", "pointer_tree"], ["base", "rl_080"]
    assert offers(CHARTS["mass_by_probability"][0]) == {"task": (tasks, tasks[0]), "stage": (stages, "base")}
    assert offers(CHARTS["norms"][0]) == {"stage": (stages, "base")}
