"""Charts of weightings and of training: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest
import vl_convert

from rlvr_direction.press.display import VEGA_LITE
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


CHARTS = {
    "weights": reweighting.weights(WEIGHTS, "weights"),
    "curves": reweighting.curves(along("rollout", (0, 10, 20)), "rollout", "accuracy", "curves"),
    "passes": reweighting.curves(along("k", (1, 2, 4)), "k", "pass@k", "passes"),
    "differences": reweighting.differences(minus_dapo(), "differences"),
}


def drawn(name):
    return vl_convert.vegalite_to_svg({**CHARTS[name].to_dict(), "width": 600}, vl_version=VEGA_LITE)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_can_be_drawn(name):
    assert CHARTS[name].to_dict()["description"] and drawn(name).startswith("<svg")


@pytest.mark.parametrize("name", ["curves", "passes"])
def test_the_chosen_task_has_a_line_a_method_and_an_interval_a_point(name):
    svg = drawn(name)
    assert svg.count('aria-roledescription="line mark"') == 2 and svg.count('aria-roledescription="rule mark"') == 6


def test_a_difference_has_a_point_and_an_interval_a_method_and_nought_is_drawn():
    svg = drawn("differences")
    assert svg.count('aria-roledescription="point"') == 3 and svg.count('aria-roledescription="rule mark"') == 4
