"""Time travel and equal KL, on tables whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.travel import at_equal_kl, curves, runs_of, spaces_at_equal_kl, speed

STEPS, GAMMAS = (0, 10, 20, 30, 40), (0.0, 0.5, 1.0)


def travel(c, *, seeds=1, n=4000, bonus=0.0):
    """Runs in which gamma at step t is RL at step (1 + c gamma) t, in accuracy, and one further (c = 1) in KL."""
    rows = []
    for seed in range(seeds):
        luck = np.random.default_rng(seed).permutation(n) / n
        for step in STEPS:
            for gamma in GAMMAS if step else (0.0,):
                share = 0.1 + 0.01 * (1 + c * gamma) * step + bonus * (gamma > 0)
                rows.append(
                    pd.DataFrame({"problem_id": np.arange(n), "correct": (luck < share).astype(int)}).assign(
                        kl=0.1 * (1 + gamma) * step, step=step, gamma=gamma, rl_seed=seed
                    )
                )
    return pd.concat(rows, ignore_index=True).assign(temperature=1.0, top_p=0.7, n_tokens=5)


@pytest.mark.parametrize("c", [0.0, 0.5, 1.0])
def test_the_speed_is_recovered_with_an_interval_around_it(c):
    interval, seeds = speed(runs_of(travel(c, seeds=2)), draws=50)
    assert interval.value == pytest.approx(c, abs=0.02) and seeds == pytest.approx([c, c], abs=0.02)
    assert interval.low <= interval.value <= interval.high < interval.low + 0.5


def test_at_equal_kl_a_gamma_that_is_rl_further_on_gains_nothing_and_a_better_one_its_bonus():
    for bonus in (0.0, 0.05):
        found = at_equal_kl(runs_of(travel(1.0, bonus=bonus)), draws=50)
        assert found["gain"].tolist() == pytest.approx([bonus] * len(found), abs=1e-3)
        assert (found["kl"] < 4.01).all() and len(found) == 4 and (found["low"] <= found["gain"]).all()


def test_runs_that_lack_a_cell_are_refused():
    with pytest.raises(ValueError, match="expected one per run, step, gamma and problem: 1 x 13 x 4000"):
        runs_of(travel(1.0).iloc[:-1])


def test_curves_are_means_over_runs_and_problems():
    found = curves(travel(1.0, seeds=2)).set_index(["step", "gamma"])
    assert found.loc[(20, 1.0), "correct"] == pytest.approx(0.5) and found.loc[(20, 1.0), "kl"] == pytest.approx(4.0)


def test_weights_are_compared_with_logits_that_are_as_far_from_the_base():
    rows, n = [], 1000
    for space, gamma, far, share in (
        ("rl", 0.0, 1.0, 0.2),
        ("logits", 0.5, 2.0, 0.3),
        ("logits", 1.0, 3.0, 0.4),
        ("weights", 0.5, 2.5, 0.3),
        ("weights", 1.0, 9.0, 0.9),
    ):
        part = pd.DataFrame({"problem_id": np.arange(n), "correct": (np.arange(n) < share * n).astype(int)})
        rows.append(part.assign(space=space, gamma=gamma, kl=far))
    table = pd.concat(rows, ignore_index=True).assign(checkpoint="rl_010", temperature=1.0, top_p=1.0)
    (found,) = spaces_at_equal_kl(table, draws=50).to_dict("records")
    assert (found["gamma"], found["checkpoint"], found["kl"]) == (0.5, "rl_010", 2.5)
    assert found["gain"] == pytest.approx(-0.05) and found["low"] < -0.05 < found["high"]
