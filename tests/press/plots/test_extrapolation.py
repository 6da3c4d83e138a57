"""Charts of chapter 5: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest
import vl_convert

from rlvr_direction.press.display import VEGA_LITE
from rlvr_direction.press.plots import extrapolation

REWARDS = pd.DataFrame(
    [(case, gamma / 10, gamma / 20) for case in ("whole", "tokens") for gamma in range(-10, 21)],
    columns=["case", "gamma", "reward"],
)
GAINS = pd.DataFrame(
    [
        (task, stage, where, gamma, 0.02)
        for task in ("arithmetic", "pointer_tree")
        for stage in ("rl_010", "rl_080")
        for where in ("delta_logp<=-0.3", "everywhere")
        for gamma in (0.0, 0.3, 1.0)
    ],
    columns=["task", "stage", "where", "gamma", "gain"],
)
CHARTS = {
    "rewards": extrapolation.rewards(REWARDS, "rewards"),
    "gain_map": extrapolation.gain_map(GAINS, "gain", "a map"),
}


def drawn(name):
    spec = CHARTS[name].to_dict()
    return spec, vl_convert.vegalite_to_svg({**spec, "width": 600}, vl_version=VEGA_LITE)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_can_be_drawn(name):
    spec, svg = drawn(name)
    assert spec["description"] and svg.startswith("<svg")
    assert set(extrapolation.__all__) == set(CHARTS)


def test_the_slider_marks_every_line_at_one_gamma():
    _, svg = drawn("rewards")
    assert svg.count('aria-roledescription="line mark"') == 2 and svg.count('aria-roledescription="point"') == 2


def test_the_map_shows_one_task_and_the_last_stage_cell_by_cell():
    spec, svg = drawn("gain_map")
    values = {param["name"]: param["value"] for param in spec["params"] if "bind" in param}
    assert values == {"task": "arithmetic", "stage": "rl_080"}
    assert svg.count("+0.020") >= 2 * 3
