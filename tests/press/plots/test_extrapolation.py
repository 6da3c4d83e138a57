"""Charts of chapter 6: each is drawn from the columns it names and says in words what it shows."""

import pandas as pd
import pytest

from rlvr_direction.press.plots import extrapolation

REWARDS = pd.DataFrame(
    [(case, gamma / 10, gamma / 20) for case in ("whole", "tokens") for gamma in range(-10, 21)],
    columns=["case", "gamma", "reward"],
)
GAINS = pd.DataFrame(
    [
        (task, over, stage, where, gamma, 0.02)
        for task in ("arithmetic", "pointer_tree")
        for over in ("gamma 0", "RL alone")
        for stage in ("rl_010", "rl_080")
        for where in ("delta_logp<=-0.3", "everywhere")
        for gamma in (0.0, 0.3, 1.0)
    ],
    columns=["task", "over", "stage", "where", "gamma", "gain"],
)
STEPS = pd.DataFrame(
    [
        ("arithmetic", "T 1", step, gamma, step * (1 + gamma), 0.3 + step / 50)
        for step in (0, 5, 10)
        for gamma in (0.0, 0.3, 1.0)
        if step or not gamma
    ],
    columns=["task", "sampling", "step", "gamma", "kl", "accuracy"],
)
AHEAD = pd.DataFrame(
    [
        ("arithmetic", "T 1", step, who, 0.3 + step / 50)
        for step in (5, 10)
        for who in ("RL", "RL after twice as many", "gamma 1")
    ],
    columns=["task", "sampling", "step", "who", "accuracy"],
)
WAYS = pd.DataFrame(
    [
        ("arithmetic", "base", stage, way, n, 0.6, 0.55, 0.65)
        for stage in (10, 80)
        for way in reversed(extrapolation.WAYS)
        for n in (2, 4)
    ],
    columns=["task", "writer", "stage", "way", "n", "accuracy", "low", "high"],
)
OTHERS = ("majority vote", "verifier (pass@n)")  # they rank nothing
RANKED = WAYS[(WAYS["n"] == 2) & ~WAYS["way"].isin(OTHERS)].drop(columns="n").rename(columns={"accuracy": "auroc"})
CHARTS = {
    "ahead": (extrapolation.ahead(AHEAD, "a step on"), AHEAD),
    "rewards": (extrapolation.rewards(REWARDS, "rewards"), REWARDS),
    "gain_map": (extrapolation.gain_map(GAINS, "a map"), GAINS),
    "travel": (extrapolation.travel(STEPS, "a way"), STEPS),
    "rankings": (extrapolation.rankings(RANKED, "ranks"), RANKED),
    "selections": (extrapolation.selections(WAYS, "one of n"), WAYS),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_draws_every_row_and_column(honest, name):
    honest(*CHARTS[name])


def test_the_map_offers_what_varies_and_starts_with_the_first_of_each(offers, draw):
    chart, _ = CHARTS["gain_map"]
    first = {name: first for name, (_, first) in offers(chart).items()}
    assert first == {"task": "arithmetic", "over": "gamma 0", "stage": "rl_010"}
    assert draw(chart).count(">+2.0<") == 2 * 3, "a number in every cell"


def test_a_narrow_map_rounds_its_numbers_to_fit_their_cells(draw):
    narrow = CHARTS["gain_map"][0].properties(width=200)
    assert draw(narrow).count(">+2<") == 2 * 3


def test_time_travel_draws_the_whole_way_and_the_gammas_of_one_step(draw):
    drawn = draw(CHARTS["travel"][0])
    assert all(f">{gamma}<" in drawn for gamma in ("0", "0.3", "1"))


def test_ways_are_listed_in_one_order_whatever_the_order_of_the_table(draw):
    drawn = draw(CHARTS["rankings"][0])
    assert drawn.index(">the sum of delta_logp<") < drawn.index(">its minimum<")


def test_rewards_are_ranked_among_themselves_and_chosen_by_beside_other_ways(offers):
    views = {name: offers(CHARTS[name][0])["lines"] for name in ("rankings", "selections")}
    assert views["rankings"][1] == "beside RL's log-probability"
    assert views["selections"][1] == "beside a vote and a verifier"
    assert all(len(group) <= 4 for group in extrapolation.VIEWS.values())


def test_gates_stand_in_the_order_of_their_thresholds_and_everywhere_comes_last():
    names = ["everywhere", "delta_logp<=0.0", "delta_logp<=-0.3", "delta_logp<=-1.0"]
    table = pd.concat([GAINS.assign(where=name) for name in names])
    spec = extrapolation.gain_map(table, "a map").to_dict()
    assert spec["layer"][0]["encoding"]["y"]["sort"] == names[::-1]


def test_the_colours_of_the_map_hold_every_gain_on_either_side_of_zero():
    for largest in (0.02, -0.6):
        table = GAINS.assign(gain=[largest, *[0.01] * (len(GAINS) - 1)])
        scale = extrapolation.gain_map(table, "a map").to_dict()["layer"][0]["encoding"]["color"]["scale"]
        assert scale["domain"] == [-abs(largest), 0, abs(largest)] and not scale.get("clamp")


def test_a_legend_says_what_is_done_with_the_responses(draw):
    pictures = [draw(CHARTS[name][0]) for name in ("rankings", "selections")]
    assert [[title in picture for title in (">ranked by<", ">chosen by<")] for picture in pictures] == [
        [True, False],
        [False, True],
    ]
