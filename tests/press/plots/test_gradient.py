"""Charts of chapter 4: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest
import vl_convert

from rlvr_direction.press.display import VEGA_LITE
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
CHARTS = {
    "mass_by_probability": gradient.mass_by_probability(MASS, "mass"),
    "norms": gradient.norms(NORMS, "norms"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_can_be_drawn(name):
    spec = CHARTS[name].to_dict()
    svg = vl_convert.vegalite_to_svg({**spec, "width": 600}, vl_version=VEGA_LITE)
    assert spec["description"] and svg.startswith("<svg") and set(gradient.__all__) == set(CHARTS)


def test_one_task_and_stage_is_shown_with_a_bar_for_tokens_and_one_for_gradient():
    spec = CHARTS["mass_by_probability"].to_dict()
    svg = vl_convert.vegalite_to_svg({**spec, "width": 600}, vl_version=VEGA_LITE)
    values = {param["name"]: param["value"] for param in spec["params"] if "bind" in param}
    assert values == {"task": "arithmetic", "stage": "base"} and svg.count('aria-roledescription="bar"') == 4


def test_norms_are_shown_of_one_stage_a_point_a_token():
    spec = CHARTS["norms"].to_dict()
    svg = vl_convert.vegalite_to_svg({**spec, "width": 600}, vl_version=VEGA_LITE)
    assert svg.count('aria-roledescription="point"') == 2
