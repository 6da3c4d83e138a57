"""Shares of an oracle's gain: recovered from synthetic continuations whose advantage is known."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.advantage import (
    SIDES,
    leads,
    oracle_gain,
    ranking,
    share_where_models_agree,
    shares_of_oracle,
)


def recorded(*, seeds=1, problems=300, noise=0.5, cell="unfinished, top_p 0.7", best="delta_logp"):
    """Ten positions per problem: `best` is the advantage itself, the other scores are it with noise."""
    tables = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        n = 10 * problems
        advantage = np.where(rng.random(n) < 0.1, 0.6, np.where(rng.random(n) < 0.1, -0.3, 0.0))
        table = pd.DataFrame({"problem_id": np.repeat(np.arange(problems), 10), "chance": 1.0, "continuations": 8})
        for half in (1, 2):
            table[f"kept_{half}"] = rng.binomial(8, 0.35, n)
            table[f"replaced_{half}"] = rng.binomial(8, 0.35 + advantage)
        for name, side in SIDES.items():
            table[name] = side * (advantage + (0 if name == best else noise) * rng.normal(size=n))
        tables.append(table.assign(rl_seed=seed, cell=cell))
    return pd.concat(tables, ignore_index=True)


def test_a_score_that_is_the_advantage_reaches_the_oracle_and_one_of_noise_nothing():
    table = recorded()
    table["entropy_rl"] = np.random.default_rng(9).normal(size=len(table))
    found = ranking(table, budgets=(0.05,), draws=50).set_index("score")
    assert found.loc["delta_logp", "share"] >= 0.95 and abs(found.loc["entropy_rl", "share"]) < 0.2
    assert (
        found.index[0] == "delta_logp" and ((found["low"] <= found["share"]) & (found["share"] <= found["high"])).all()
    )


def test_an_oracle_of_pure_noise_gains_nothing_by_choosing():
    rng, n = np.random.default_rng(1), 20_000
    table = recorded(problems=n // 10)
    for name in ("kept_1", "kept_2", "replaced_1", "replaced_2"):
        table[name] = rng.binomial(8, 0.5, n)
    table["delta_logp"] = -(table["replaced_1"] - table["kept_1"])
    names, shares, problems = shares_of_oracle(table, 0.05)
    assert abs(shares(np.ones(problems))[names.index("delta_logp")]) > 3  # in-sample noise against an oracle near zero


def test_positions_drawn_rarely_stand_for_many():
    table = recorded()
    rare = table["delta_logp"] > -0.5
    thinned = table[~rare | (np.arange(len(table)) % 4 == 0)].assign(
        chance=lambda t: np.where(t["delta_logp"] > -0.5, 0.25, 1)
    )
    (whole, part) = (ranking(t, budgets=(0.05,), draws=2).set_index("score")["share"] for t in (table, thinned))
    assert part["mass"] == pytest.approx(whole["mass"], abs=0.15)


def test_what_the_oracle_gains_is_the_share_that_pays_until_its_budget_exceeds_it():
    table = recorded().assign(replaced_1=1.0, replaced_2=1.0, kept_1=1.0, kept_2=1.0, continuations=1)
    pays = np.arange(len(table)) % 10 == 0
    table.loc[pays, ["kept_1", "kept_2"]] = 0.0
    gains = [oracle_gain(table, budget) for budget in (0.05, 0.1, 0.2)]
    assert gains == pytest.approx([0.05, pays.mean(), pays.mean()], abs=1e-3)


def test_ties_share_what_is_left_of_the_budget():
    table = recorded().assign(entropy_base=1.0)
    names, shares, n = shares_of_oracle(table, 0.05)
    everywhere, _ = shares_of_oracle(table, 1.0)[1](np.ones(n)), None
    assert np.isfinite(everywhere).all() and shares(np.ones(n))[names.index("entropy_base")] < 0.3


def test_leads_are_above_zero_for_the_best_score_in_every_seed():
    found = leads(recorded(seeds=3), 0.05, draws=50)
    assert set(found) == set(SIDES) - {"delta_logp"}
    assert all(part.interval.low > 0 and min(part.seeds) > 0 for part in found.values())


def test_what_no_score_captures_is_the_gain_where_the_models_agree():
    table = recorded(best="mass")
    everywhere = share_where_models_agree(table.assign(kl_rl_base=0.0), 0.05, draws=20)
    without_gain = share_where_models_agree(
        table.assign(kl_rl_base=(table["mass"] > 0.3).astype(float)), 0.05, draws=20
    )
    assert everywhere == (1, 1, 1) and without_gain.high < 0.1
    half = table.assign(kl_rl_base=table["problem_id"] % 2.0)
    assert 0.3 < share_where_models_agree(half, 0.1, draws=20).value < 0.7
