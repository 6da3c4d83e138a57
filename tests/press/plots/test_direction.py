"""Charts of chapter 2: each is drawn from the columns it names, says in words what it shows, and hides no row."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction import palette
from rlvr_direction.press.plots import direction

TASKS = ("arithmetic", "pointer_tree")


def counts():
    rng = np.random.default_rng(0)
    samples = {"base": rng.normal(-1, 1, 500), "rl": rng.normal(1, 1, 500)}
    return pd.concat([direction.histograms(samples).assign(task=task) for task in TASKS], ignore_index=True)


AREAS = pd.DataFrame(
    [(task, score, 0.8, 0.7, 0.9, 0.5) for task in TASKS for score in ("delta_logp", "logp_rl")],
    columns=["task", "score", "value", "low", "high", "overlap"],
)
LEADS = pd.DataFrame(
    [("C1", task, "token", f"seed {seed}", 0.1, 0.05, 0.15) for task in TASKS for seed in range(3)],
    columns=["claim", "task", "unit", "seed", "value", "low", "high"],
)
ROLES = pd.DataFrame(
    [(task, source, "decide", 0.3, 10) for task in TASKS for source in ("base", "rl")],
    columns=["task", "source", "role", "share", "n"],
)
PATH = pd.DataFrame({"token": ["~", "="], "step": [0.0, 1.0], "delta_logp": [-1.0, 1.0], "probability": [0.2, 0.5]})
COUNTS = counts()
CHARTS = {
    "update_path": (direction.update_path(PATH), PATH),
    "histogram": (direction.histogram(COUNTS, "delta_logp", "a histogram"), COUNTS),
    "areas": (direction.areas(AREAS, "areas"), AREAS),
    "leads": (direction.leads(LEADS, "seed", "leads"), LEADS),
    "roles": (direction.roles(ROLES, "roles"), ROLES),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_draws_every_row_and_column(honest, name):
    honest(*CHARTS[name])


@pytest.mark.parametrize("name", ["histogram", "roles"])
def test_a_chart_of_both_tasks_shows_one_and_offers_both(offers, name):
    assert offers(CHARTS[name][0]) == {"task": (list(TASKS), TASKS[0])}


def test_what_rl_made_likelier_is_blue_and_the_rest_orange(draw):
    likelier = draw(direction.update_path(PATH.assign(step=1.0, delta_logp=0.5)))
    rarer = draw(direction.update_path(PATH.assign(step=1.0, delta_logp=-0.5)))
    assert palette.LIKELIER in likelier and palette.LESS_LIKELY not in likelier
    assert palette.LESS_LIKELY in rarer and palette.LIKELIER not in rarer


def test_a_histogram_leaves_a_gap_where_a_bin_is_empty():
    (rows,) = CHARTS["histogram"][0].to_dict()["datasets"].values()
    assert (COUNTS["count"] == 0).any()
    assert [row["density"] is None for row in rows] == (COUNTS["count"] == 0).tolist()


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
