"""Charts of chapter 2: each is drawn from the columns it names, says in words what it shows, and hides no row."""

import numpy as np
import pandas as pd
import pytest
import vl_convert

from rlvr_direction.press.display import VEGA_LITE
from rlvr_direction.press.plots import direction

TASKS = ("arithmetic", "pointer_tree")


def counts(quantity):
    rng = np.random.default_rng(0)
    samples = {"base": rng.normal(-1, 1, 500), "rl": rng.normal(1, 1, 500)}
    return pd.concat(
        [direction.histograms(samples).assign(task=task, quantity=quantity) for task in TASKS], ignore_index=True
    )


AREAS = pd.DataFrame(
    [(task, score, 0.8, 0.7, 0.9, 0.5) for task in TASKS for score in ("delta_logp", "logp_rl")],
    columns=["task", "score", "auroc", "low", "high", "overlap"],
)
LEADS = pd.DataFrame(
    [(task, "token", seed, 0.1, 0.05, 0.15) for task in TASKS for seed in range(3)],
    columns=["task", "level", "rl_seed", "auroc", "low", "high"],
)
ROLES = pd.DataFrame(
    [(task, source, "decide", 0.3, 10) for task in TASKS for source in ("base", "rl")],
    columns=["task", "source", "role", "share", "n"],
)
PATH = pd.DataFrame({"token": ["~", "="], "step": [0.0, 1.0], "delta_logp": [-1.0, 1.0], "probability": [0.2, 0.5]})
STRIP = pd.DataFrame({"source": ["base"] * 2, "position": [0, 1], "token": ["~", "\n"], "delta_logp": [-2.0, 0.1]})
CHARTS = {
    "update_path": direction.update_path(PATH),
    "histogram": direction.histogram(counts("delta_logp"), "delta_logp", "a histogram"),
    "areas": direction.areas(AREAS, "areas"),
    "leads": direction.leads(LEADS, "leads"),
    "roles": direction.roles(ROLES, "roles"),
    "glance": direction.glance(pd.concat(map(counts, ("delta_logp", "entropy_base"))), STRIP),
}


def drawn(chart):
    spec = chart.to_dict()
    return spec, vl_convert.vegalite_to_svg({**spec, "width": 600} if "width" in spec else spec, vl_version=VEGA_LITE)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_can_be_drawn(name):
    spec, svg = drawn(CHARTS[name])
    assert spec["description"] and svg.startswith("<svg")
    assert set(direction.__all__) - {"SOURCES", "histograms"} == set(CHARTS)


@pytest.mark.parametrize("name", ["histogram", "roles"])
def test_a_chart_of_both_tasks_shows_one_and_offers_both(name):
    spec, _ = drawn(CHARTS[name])
    (menu,) = [param for param in spec["params"] if param["name"] == "task"]
    assert menu["bind"]["options"] == list(TASKS) and menu["value"] == TASKS[0]


def test_a_histogram_leaves_a_gap_where_a_bin_is_empty():
    table = counts("delta_logp")
    (rows,) = direction.histogram(table, "delta_logp", "d").to_dict()["datasets"].values()
    assert (table["count"] == 0).any()
    assert [row["density"] is None for row in rows] == (table["count"] == 0).tolist()


def test_every_interval_of_the_areas_is_drawn():
    _, svg = drawn(CHARTS["areas"])
    assert svg.count('aria-roledescription="point"') == svg.count('aria-roledescription="rule mark"') == len(AREAS)


def test_histograms_share_their_bins_count_every_value_and_have_an_area_of_one():
    samples = {"base": np.array([0.0, 0.5, 0.5, 1.0]), "rl": np.array([1.0, 4.0])}
    table = direction.histograms(samples, bins=4)
    assert list(table.columns) == ["sample", "low", "high", "count", "density"]
    for name, values in samples.items():
        rows = table[table["sample"] == name]
        assert list(rows["low"]) == [0, 1, 2, 3] and list(rows["high"]) == [1, 2, 3, 4]
        expected = [((values >= low) & ((values < low + 1) | (low == 3))).sum() for low in range(4)]
        assert list(rows["count"]) == expected
        assert (rows["density"] * (rows["high"] - rows["low"])).sum() == pytest.approx(1)
