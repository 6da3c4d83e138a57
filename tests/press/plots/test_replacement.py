"""Charts of chapter 3: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest
import vl_convert

from rlvr_direction.press.display import VEGA_LITE
from rlvr_direction.press.plots import replacement

TASKS = ("arithmetic", "pointer_tree")
FAMILIES = ("delta_logp", "kl_rl_base", "random")
POINTS = pd.DataFrame(
    [(t, f, b, b / 2, 0.5, 0.4, 0.6) for t in TASKS for f in (*FAMILIES, "nowhere", "everywhere") for b in (0.02, 0.1)],
    columns=["task", "family", "selected", "changed", "accuracy", "low", "high"],
)
LEADS = pd.DataFrame(
    [(t, name, 0.1, -0.1, 0.3) for t in TASKS for name in ("abs_delta_logp", "coin")],
    columns=["task", "name", "value", "low", "high"],
)
MIXTURE = pd.DataFrame(
    [(t, p, v, 0.5) for t in (-0.4, -0.3) for p in ("base", "mixed", "RL") for v in "~="],
    columns=["threshold", "policy", "token", "probability"],
)
VALUES = pd.DataFrame({"role": ["decide", "copy"] * 3, "value": [0.1, -0.2, 0.3, 0.0, 0.5, 0.5]})
CHARTS = {
    "mixture": replacement.mixture(MIXTURE, "a mixture"),
    "curves": replacement.curves(POINTS, "selected", "curves"),
    "forest": replacement.forest(LEADS, "lead", "a forest"),
    "values": replacement.values(VALUES, "values"),
}


def drawn(name):
    spec = CHARTS[name].to_dict()
    return spec, vl_convert.vegalite_to_svg({**spec, "width": 600}, vl_version=VEGA_LITE)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_can_be_drawn(name):
    spec, svg = drawn(name)
    assert spec["description"] and svg.startswith("<svg")
    assert set(replacement.__all__) == set(CHARTS)


def test_every_criterion_of_the_chosen_task_is_a_line_and_both_ends_are_rules():
    _, svg = drawn("curves")
    assert svg.count('aria-roledescription="line mark"') == len(FAMILIES)
    assert svg.count('aria-roledescription="point"') == len(FAMILIES) * 2
    assert svg.count('aria-roledescription="rule mark"') == len(FAMILIES) * 2 + 4


def test_the_slider_shows_one_threshold():
    spec, svg = drawn("mixture")
    (slider,) = [param for param in spec["params"] if param["name"] == "threshold"]
    assert slider["value"] == -0.3 and (slider["bind"]["min"], slider["bind"]["max"]) == (-0.4, -0.3)
    assert svg.count('aria-roledescription="bar"') == 6


def test_every_lead_has_its_interval_and_zero_is_marked():
    _, svg = drawn("forest")
    assert svg.count('aria-roledescription="rule mark"') == len(LEADS) + 1
