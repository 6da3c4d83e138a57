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
        (task, stage, where, gamma, 0.02)
        for task in ("arithmetic", "pointer_tree")
        for stage in ("rl_010", "rl_080")
        for where in ("delta_logp<=-0.3", "everywhere")
        for gamma in (0.0, 0.3, 1.0)
    ],
    columns=["task", "stage", "where", "gamma", "gain"],
)
CHARTS = {
    "rewards": (extrapolation.rewards(REWARDS, "rewards"), REWARDS),
    "gain_map": (extrapolation.gain_map(GAINS, "gain", "a map"), GAINS),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_described_and_draws_every_row_and_column(honest, name):
    honest(*CHARTS[name])


def test_the_map_starts_with_the_first_task_and_the_last_stage(offers, draw):
    chart, _ = CHARTS["gain_map"]
    assert {name: first for name, (_, first) in offers(chart).items()} == {"task": "arithmetic", "stage": "rl_080"}
    assert draw(chart).count(">+0.020<") == 2 * 3, "a number in every cell"
