"""Time travel: dense checkpoints of a run that is trained again, and what is measured on them."""

import pandas as pd
import pytest

from rlvr_direction.distributions import Sampling
from rlvr_direction.lab.studies import travel
from rlvr_direction.lab.studies.travel import measure, plan
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.lab.toys.recipe import RLRecipe

TASK = "pointer_tree"


def test_a_part_trains_a_run_and_measures_every_step_of_it(monkeypatch):
    monkeypatch.setattr(travel, "STEPS", (1, 2))
    monkeypatch.setattr(travel, "GAMMAS", (1.0,))
    monkeypatch.setattr(travel, "SAMPLINGS", (Sampling(1.0, 0.7),))
    monkeypatch.setattr(travel, "RLRecipe", lambda **how: RLRecipe(prompts=4, **how))
    (part,) = plan(TASK, seeds=1, n=5)
    table = part()
    cells = table[["step", "gamma"]].drop_duplicates().itertuples(index=False, name=None)
    assert set(cells) == {(0, 0.0), (1, 0.0), (1, 1.0), (2, 0.0), (2, 1.0)} and len(table) == 25
    assert (table["rl_seed"] == 0).all() and table["correct"].isin([0, 1]).all()


def test_where_a_run_takes_an_hour_the_stages_that_are_kept_are_measured(monkeypatch):
    monkeypatch.setattr(travel, "GAMMAS", (1.0,))
    monkeypatch.setattr(travel, "SAMPLINGS", (Sampling(1.0, 0.7),))
    base, first, *later = plan("worded", seeds=5, n=2)
    assert [part.args[1] for part in later] == ["rl_020", "rl_022", "rl_025", "rl_030", "rl_040", "rl_060", "rl_080"]
    table = pd.concat([base(), first()])
    cells = table[["rl_seed", "step", "gamma"]].drop_duplicates().itertuples(index=False, name=None)
    assert list(cells) == [(0, 0, 0.0), (0, 10, 0.0), (0, 10, 1.0)] and len(table) == 6


def test_gamma_minus_1_is_no_distance_away_and_further_is_farther():
    pair = load_toy_pair(TASK, "rl_010")
    far = [measure(pair, TASK, gamma, Sampling(), 30)["kl"].mean() for gamma in (-1.0, 0.0, 1.0)]
    assert far[0] == pytest.approx(0, abs=1e-4) and 0 < far[1] < far[2]


def test_a_greedy_policy_is_as_far_as_the_base_finds_its_tokens_unlikely():
    pair = load_toy_pair(TASK, "rl_010")
    table = measure(pair, TASK, -1.0, Sampling(0.0), 10)
    assert (table["kl"] > 0).any() and (table["kl"] >= -1e-4).all()
