"""Separations of known shifts have their closed form, sums are sums, and prompts are the unit of inference."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rlvr_direction.lab.claims.direction import (
    CUMULATIVE,
    LOGPS,
    MAGNITUDES,
    POOLED,
    Lead,
    facts_of,
    leads,
    levels_of,
    same_position,
    separated,
    separation_of,
)
from rlvr_direction.statistics import auroc, oriented

NAMES = ("delta_logp", *MAGNITUDES, *LOGPS)


def tokens(shifts, *, seed, n_prompts=60, n_tokens=4):
    """Texts of both sources for each prompt; a score of RL text is shifted by `shifts[score]` standard deviations."""
    rng = np.random.default_rng(seed)
    texts = pd.MultiIndex.from_product([["base", "rl"], range(n_prompts)], names=["source", "prompt_id"])
    texts = texts.to_frame(index=False)
    texts["text_id"] = np.arange(len(texts))
    table = texts.loc[texts.index.repeat(n_tokens)].reset_index(drop=True)
    table["position"] = np.tile(np.arange(n_tokens), len(texts))
    for score in NAMES:
        table[score] = rng.normal(size=len(table)) + shifts.get(score, 0) * (table["source"] == "rl")
    return table.assign(total_variation=rng.random(len(table)) * 0.02, correct=table["source"] == "rl")


def value(table, level, score, column="value"):
    (found,) = table[(table["level"] == level) & (table["score"] == score)][column]
    return found


def test_a_response_has_means_sums_and_its_length():
    table = tokens({}, seed=0, n_prompts=3).drop(index=[0, 1])
    rows = levels_of(table)["response"]
    assert len(rows) == 6 and sorted(rows["length"]) == [2, 4, 4, 4, 4, 4]
    first = rows.query("source == 'base' and prompt_id == 0").iloc[0]
    assert first["delta_logp"] == pytest.approx(table.loc[[2, 3], "delta_logp"].mean())
    assert first["sum_logp_rl"] == pytest.approx(table.loc[[2, 3], "logp_rl"].sum())


def test_a_token_has_the_sums_of_all_tokens_up_to_it_also_where_the_pair_agrees():
    table = tokens({}, seed=1, n_prompts=5)
    shuffled = table.sample(frac=1, random_state=0)
    kept = levels_of(shuffled)["token"]
    assert 0 < len(kept) < len(table) and kept["total_variation"].min() > 0.01
    for row in kept.itertuples():
        so_far = table[(table["text_id"] == row.text_id) & (table["position"] <= row.position)]
        assert row.cumulative_delta_logp == pytest.approx(so_far["delta_logp"].sum())


@pytest.mark.parametrize("level", ["response", "token"])
def test_separation_of_known_shifts_is_their_closed_form(level):
    table = tokens({"delta_logp": 1.0, "entropy_base": -0.5, "logp_rl": -2.0}, seed=1, n_prompts=400)
    found = separation_of(levels_of(table), draws=50)
    gain = 2.0 if level == "response" else 1.0  # a mean over 4 tokens halves the noise
    for score, shift in (("delta_logp", 1.0), ("entropy_base", 0.5)):
        assert value(found, level, score) == pytest.approx(stats.norm.cdf(shift * gain / np.sqrt(2)), abs=0.03)
        assert value(found, level, score, "low") < value(found, level, score) < value(found, level, score, "high")
        assert value(found, level, score, "overlap") == pytest.approx(2 * stats.norm.cdf(-shift * gain / 2), abs=0.08)
    ahead = value(found, level, "delta_logp") - value(found, level, "entropy_base")
    assert value(found, level, "lead C1") == pytest.approx(ahead)
    behind = value(found, level, "delta_logp") - value(found, level, "logp_rl")
    assert value(found, level, "lead C1h") == pytest.approx(behind) and behind < 0 < ahead


def test_the_sum_leads_where_every_token_adds_a_little_and_not_where_a_rival_says_it_all():
    small = tokens({"delta_logp": 0.5}, seed=2, n_prompts=150, n_tokens=12)
    assert value(separation_of(levels_of(small), draws=50), "token", "lead B1", "low") > 0
    told = small.assign(entropy_rl=(small["source"] == "rl") + np.zeros(len(small)))
    assert value(separation_of(levels_of(told), draws=50), "token", "lead B1", "high") < 0


def test_the_sums_of_both_log_probabilities_are_rivals_of_the_sum():
    table = tokens({"logp_rl": 2.0}, seed=2, n_tokens=8)
    table["delta_logp"] = table["logp_rl"]
    found = separation_of(levels_of(table), draws=20)
    assert value(found, "token", "lead B1") == pytest.approx(0, abs=1e-9)
    assert value(found, "token", CUMULATIVE[0]) > value(found, "token", "delta_logp")


def test_rows_are_oriented_aurocs_and_the_best_rival_is_chosen_anew_in_each_draw():
    table = tokens({"entropy_base": 0.5, "entropy_rl": 0.5, "logp_rl": -1.0}, seed=4)
    table["delta_logp"] = table["entropy_base"]
    lead = {"lead": Lead("delta_logp", ("entropy_base", "entropy_rl"))}
    found = separated(table, NAMES, lead, draws=100).set_index("score")
    is_rl = (table["source"] == "rl").to_numpy()
    for score in NAMES:
        column = table[score].to_numpy()
        assert found.loc[score, "value"] == pytest.approx(oriented(auroc(column[is_rl], column[~is_rl])))
    assert found.loc["lead lead", "high"] <= 0 and found.loc["lead lead", "low"] < -0.01


def test_tokens_of_one_prompt_do_not_count_as_independent():
    table = tokens({"delta_logp": 0.3}, seed=5, n_tokens=1)
    copies = pd.concat([table] * 9, ignore_index=True)
    lead = {"C1": Lead("delta_logp", MAGNITUDES)}
    once, many = (separated(t, NAMES, lead, draws=50).iloc[-1]["low":"high"] for t in (table, copies))
    assert many.tolist() == pytest.approx(once.tolist())


def test_at_one_position_only_draws_that_differ_count():
    table = tokens({}, seed=6, n_prompts=30).assign(differs=0.5, won_delta_logp=0.4, won_logp_base=0.1, won_logp_rl=0.3)
    found = same_position(table, draws=20).set_index("score")["value"].to_dict()
    assert found == pytest.approx({"delta_logp": 0.8, "logp_base": 0.8, "logp_rl": 0.6, "lead C1h": 0.0})


def test_facts_tell_how_sparse_the_pair_is_and_how_far_delta_logp_reaches():
    table = tokens({"delta_logp": 1.0}, seed=7, n_prompts=200)
    found = facts_of(table, draws=50)
    assert value(found, "all text", "TV > 0.01") == pytest.approx(0.5, abs=0.04)
    assert value(found, "all text", "TV > 0.01", "low") < value(found, "all text", "TV > 0.01")
    assert value(found, "rl text", "delta_logp 0.5") == pytest.approx(1, abs=0.1)
    assert value(found, "base text", "correct") == 0 and value(found, "all text", "correct") == 0.5
    assert value(found, "base text", "tokens") == 800


def test_the_interval_of_a_lead_is_the_pooled_one_and_its_seeds_are_the_others():
    rows = [(seed, level, 0.1 * seed) for seed in (0, POOLED, 1) for level in ("token", "response", "same position")]
    table = pd.DataFrame(rows, columns=["rl_seed", "level", "value"]).assign(score="lead C1", low=-1.0, high=1.0)
    found = leads(pd.concat([table, table.assign(score="lead C1h", value=9.0)]), "C1")
    assert set(found) == {"response", "token"} and found["token"].seeds == pytest.approx([0.0, 0.1])
    assert found["token"].interval.value == pytest.approx(-0.1)
    alone = leads(table[table["rl_seed"] == 0], "C1")
    assert alone["token"].seeds is None and alone["token"].interval.value == 0


def test_missing_columns_and_sources_are_named():
    table = tokens({}, seed=6, n_prompts=3)
    with pytest.raises(ValueError, match="kl_base_rl"):
        levels_of(table.drop(columns="kl_base_rl"))
    with pytest.raises(ValueError, match="won_delta_logp"):
        same_position(table)
    with pytest.raises(ValueError, match="both base and rl"):
        separated(table.query("source == 'rl'"), NAMES, {}, draws=5)
