"""Charts of chapter 3: each is drawn from the columns it names and says in words what it shows."""

import json
import re

import pandas as pd
import pytest

from rlvr_direction import palette
from rlvr_direction.lab.claims.wording import WORDS, in_words
from rlvr_direction.press.plots import replacement

TASKS = ("arithmetic", "pointer_tree")
FAMILIES = ("delta_logp", "kl_rl_base", "random")
POINTS = pd.DataFrame(
    [
        (task, "here", family, budget, budget / 2, 0.5, 0.4, 0.6)
        for task in TASKS
        for family in (*FAMILIES, *replacement.LINES)
        for budget in (0.02, 0.1)
    ],
    columns=["task", "cell", "family", "selected", "changed", "accuracy", "low", "high"],
)
LEADS = pd.DataFrame(
    [(t, name, 0.1, -0.1, 0.3) for t in TASKS for name in ("abs_delta_logp", "coin")],
    columns=["task", "name", "value", "low", "high"],
)
MIXTURE = pd.DataFrame(
    [(t, p, v, 0.5) for t in (-0.4, -0.3) for p in ("base", "mixed", "RL") for v in "~="],
    columns=["threshold", "policy", "token", "probability"],
)
VALUES = pd.DataFrame(
    {
        "task": ["arithmetic"] * 4 + ["pointer_tree"] * 2,
        "role": ["decide", "copy"] * 3,
        "value": [0.1, -0.2, 0.3, 0.0, 0.5, 0.5],
    }
)
CIRCLES = re.compile(r'transform="translate\([^"]*\)" d="M[^"]*A[^"]*"')
CHARTS = {
    "mixture": (replacement.mixture(MIXTURE, "a mixture"), MIXTURE),
    "curves": (replacement.curves(POINTS, "selected", "curves"), POINTS),
    "either count": (replacement.curves(POINTS, None, "curves"), POINTS),
    "without bars": (replacement.curves(POINTS, "selected", "curves", bars=False), POINTS),
    "forest": (replacement.forest(LEADS, "lead", "a forest"), LEADS),
    "values": (replacement.values(VALUES, "values"), VALUES),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_draws_every_row_and_column(honest, name):
    honest(*CHARTS[name])


def test_every_criterion_has_a_colour_and_dash_of_its_own_and_stands_in_the_legend(draw):
    picture = draw(CHARTS["curves"][0])
    assert all(f">{in_words(family)}<" in picture for family in FAMILIES)
    styles = [(colour, *dash) for _, colour, dash in replacement.STYLES.values()]
    assert len(set(styles)) == len(styles)


def test_every_criterion_that_has_a_name_in_words_has_a_line():
    assert {*WORDS, "delta_logp"} == set(replacement.STYLES)


def test_where_no_count_is_named_a_menu_chooses_it_and_the_points_move_with_it(draw, offers):
    points = pd.concat([POINTS, POINTS.assign(selected=0.04, changed=0.045)])
    chart = replacement.curves(points, None, "curves")
    assert offers(chart)["count"] == (["selected", "changed"], "selected") and "count" not in offers(
        CHARTS["curves"][0]
    )
    spec = chart.to_dict()
    (menu,) = [param for param in spec["params"] if param["name"] == "count"]
    places = {}
    for menu["value"] in ("selected", "changed"):
        places[menu["value"]] = CIRCLES.findall(draw(spec))
        assert places[menu["value"]] == CIRCLES.findall(draw(replacement.curves(points, menu["value"], "curves")))
    assert places["selected"] != places["changed"]


def test_without_bars_a_point_says_its_interval_and_no_bar_is_drawn():
    drawn = json.dumps(CHARTS["without bars"][0].to_dict()["layer"])
    assert '"high"' in drawn and '"y2"' not in drawn and '"y2"' in json.dumps(CHARTS["curves"][0].to_dict()["layer"])


def test_no_criterion_has_a_colour_of_a_policy_of_a_task_or_of_a_sign():
    taken = {getattr(palette, name) for name in ("LIKELIER", "LESS_LIKELY", "BASE", "RL", "CYAN", "BROWN", "SLATE")}
    assert not taken & {colour for _, colour, _ in replacement.STYLES.values()}


def test_the_slider_covers_every_threshold():
    (slider,) = [param for param in CHARTS["mixture"][0].to_dict()["params"] if param["name"] == "threshold"]
    assert slider["value"] == -0.3 and (slider["bind"]["min"], slider["bind"]["max"]) == (-0.4, -0.3)


def test_every_criterion_is_seen_and_never_more_than_four_at_a_time(draw):
    assert {name for group in replacement.VIEWS.values() for name in group} == set(replacement.STYLES)
    assert all(len(group) <= 4 for group in replacement.VIEWS.values())
    points = pd.concat([POINTS.assign(family=family) for family in replacement.STYLES])
    chart = replacement.curves(points, "selected", "curves").to_dict()
    (menu,) = [param for param in chart["params"] if param["name"] == "lines"]
    for view, group in replacement.VIEWS.items():
        menu["value"] = view
        picture = draw(chart)
        shown = {family for family in replacement.STYLES if f">{in_words(family)}</text>" in picture}
        assert shown == set(group)


def test_worths_of_two_tasks_never_share_a_row_and_the_legend_stands_above_the_chart(draw):
    chart = CHARTS["values"][0]
    assert all(f">{task}, {role}</text>" in draw(chart) for task in TASKS for role in ("decide", "copy"))
    encoded = chart.to_dict()["encoding"]
    assert encoded["size"]["legend"]["orient"] == "top" and encoded["color"]["legend"] is None
