"""Claim C1: separations of known shifts have their closed form, and prompts are the unit of inference."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rlvr_direction.lab.claims.direction import (
    MAGNITUDES,
    direction_separates,
    responses,
    separation_of,
    where_the_pair_differs,
)
from rlvr_direction.lab.claims.verdicts import verdict
from rlvr_direction.statistics import Interval, auroc, oriented

YES, NO = "reproduced", "not reproduced"


def tokens(shifts, *, seed, n_prompts=60, n_tokens=4):
    """Texts of both sources for each prompt; a score of RL text is shifted by `shifts[score]` standard deviations."""
    rng = np.random.default_rng(seed)
    texts = pd.MultiIndex.from_product([["base", "rl"], range(n_prompts)], names=["source", "prompt_id"]).to_frame(
        index=False
    )
    texts["text_id"] = np.arange(len(texts))
    table = texts.loc[texts.index.repeat(n_tokens)].reset_index(drop=True)
    for score in ("delta_logp", *MAGNITUDES):
        table[score] = rng.normal(size=len(table)) + shifts.get(score, 0) * (table["source"] == "rl")
    return table.assign(total_variation=rng.random(len(table)) * 0.02)


def separated(table, rivals, *, draws, seed=0):
    """The lead of delta_logp as an interval, and the table by score."""
    parts = direction_separates(table, rivals, draws=draws, seed=seed).set_index("score")
    return Interval(*parts.loc["lead", ["auroc", "low", "high"]]), parts


def test_a_response_is_the_mean_of_its_tokens_and_their_number():
    table = tokens({}, seed=0, n_prompts=3)
    shorter = table.drop(index=[0, 1])
    rows = responses(shorter)
    assert len(rows) == 6 and rows["length"].tolist() == [2, 4, 4, 4, 4, 4]
    first = rows.query("source == 'base' and prompt_id == 0").iloc[0]
    assert first["delta_logp"] == pytest.approx(shorter.loc[[2, 3], "delta_logp"].mean())
    assert first["total_variation"] == pytest.approx(shorter.loc[[2, 3], "total_variation"].mean())


def test_base_and_rl_texts_that_share_an_id_stay_two_responses():
    table = tokens({}, seed=0, n_prompts=3)
    table["text_id"] = table["prompt_id"]
    assert len(responses(table)) == 6


def test_c1s_tokens_are_those_where_the_pair_differs():
    table = tokens({}, seed=0)
    kept = where_the_pair_differs(table)
    assert 0 < len(kept) < len(table) and kept["total_variation"].min() > 0.01


@pytest.mark.parametrize("cut", [responses, where_the_pair_differs])
def test_separation_of_known_shifts_is_their_closed_form(cut):
    table = cut(tokens({"delta_logp": 1.0, "entropy_base": -0.5}, seed=1, n_prompts=400))
    interval, parts = separated(table, MAGNITUDES, draws=200)
    per_token = 2.0 if cut is responses else 1.0  # a mean over 4 tokens halves the noise
    for score, shift in (("delta_logp", 1.0), ("entropy_base", 0.5)):
        expected = stats.norm.cdf(shift * per_token / np.sqrt(2))
        assert parts.loc[score, "auroc"] == pytest.approx(expected, abs=0.03)
        assert parts.loc[score, "low"] < parts.loc[score, "auroc"] < parts.loc[score, "high"]
        assert parts.loc[score, "overlap"] == pytest.approx(2 * stats.norm.cdf(-shift * per_token / 2), abs=0.08)
    assert interval.value == pytest.approx(parts.loc["delta_logp", "auroc"] - parts.loc["entropy_base", "auroc"])
    assert verdict(interval) == YES


def test_the_parts_are_the_oriented_aurocs_of_the_columns():
    table = tokens({"delta_logp": 0.3, "logp_rl": -1.0}, seed=2)
    _, parts = separated(table, MAGNITUDES, draws=20)
    is_rl = (table["source"] == "rl").to_numpy()
    for score, found in parts["auroc"].drop("lead").items():
        column = table[score].to_numpy()
        assert found == pytest.approx(oriented(auroc(column[is_rl], column[~is_rl])))


def test_a_better_rival_is_a_verdict_against_the_claim_and_length_can_be_that_rival():
    table = responses(tokens({"delta_logp": 0.1}, seed=3))
    rl = table["source"] == "rl"
    table["length"] = np.random.default_rng(0).integers(0, 20, len(table)) + 15 * rl
    interval, _ = separated(table, (*MAGNITUDES, "length"), draws=200)
    assert verdict(interval) == NO
    assert separated(table, MAGNITUDES, draws=200)[0].value > interval.value


def test_the_best_rival_is_chosen_anew_in_each_draw():
    table = tokens({"entropy_base": 0.5, "entropy_rl": 0.5}, seed=4)
    table["delta_logp"] = table["entropy_base"]
    lead, _ = separated(table, ["entropy_base", "entropy_rl"], draws=300)
    alone, _ = separated(table, ["entropy_base"], draws=300)
    assert alone == Interval(0.0, 0.0, 0.0)
    assert lead.high <= 0 and lead.low < -0.01  # never ahead of itself, behind where the other rival wins the draw


def test_tokens_of_one_prompt_do_not_count_as_independent():
    table = tokens({"delta_logp": 0.3}, seed=5, n_tokens=1)
    copies = pd.concat([table] * 9, ignore_index=True)
    once, many = (separated(t, MAGNITUDES, draws=200)[0] for t in (table, copies))
    assert many == pytest.approx(once)


def test_a_separation_names_every_score_and_its_lead_at_both_levels():
    table = separation_of(tokens({"delta_logp": 0.5}, seed=7), seed=0, draws=20)
    of = {level: set(rows["score"]) for level, rows in table.groupby("level")}
    assert of["token"] == {"delta_logp", "lead", *MAGNITUDES} and of["response"] == of["token"] | {"length"}
    for _, rows in table.groupby("level"):
        best = rows[~rows["score"].isin(["lead", "delta_logp"])]["auroc"].max()
        (ours,), (lead,) = (rows[rows["score"] == name]["auroc"] for name in ("delta_logp", "lead"))
        assert lead == pytest.approx(ours - best, abs=1e-9)


def test_missing_columns_and_sources_are_named():
    table = tokens({}, seed=6, n_prompts=3)
    with pytest.raises(ValueError, match="kl_base_rl"):
        responses(table.drop(columns="kl_base_rl"))
    with pytest.raises(ValueError, match="length"):
        direction_separates(table, ["length"], draws=5, seed=0)
    with pytest.raises(ValueError, match="both base and rl"):
        direction_separates(table.query("source == 'rl'"), MAGNITUDES, draws=5, seed=0)
