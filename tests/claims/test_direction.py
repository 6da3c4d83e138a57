import doctest

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rlvr_direction import claims
from rlvr_direction.claims import (
    CLAIMS,
    MAGNITUDES,
    combine,
    direction_separates,
    responses,
    seeds_agree,
    verdict,
    verdicts_by_chance,
    where_the_pair_differs,
)
from rlvr_direction.statistics import Interval, auroc, oriented

YES, NO, OPEN = "reproduced", "not reproduced", "inconclusive"


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


@pytest.mark.parametrize(
    "low, high, rule, expected",
    [
        (0.02, 0.05, {}, YES),
        (-0.05, -0.02, {}, NO),
        (-0.01, 0.05, {}, OPEN),
        (0.0, 0.05, {}, OPEN),
        (-0.05, -0.02, {"below": True}, YES),
        (0.02, 0.05, {"below": True}, NO),
        (0.52, 0.6, {"bound": 0.5}, YES),
        (0.4, 0.49, {"bound": 0.5}, NO),
        (-0.015, 0.03, {"bound": -0.02}, YES),
        (-0.05, -0.03, {"bound": -0.02}, NO),
        (-0.6, -0.55, {"bound": -0.5, "below": True}, YES),
        (0.002, 0.03, {"minimum_gain": 0.01}, YES),
        (-0.004, 0.008, {"minimum_gain": 0.01}, NO),
        (-0.004, 0.012, {"minimum_gain": 0.01}, OPEN),
    ],
)
def test_a_verdict_is_where_the_whole_interval_lies(low, high, rule, expected):
    assert verdict(Interval((low + high) / 2, low, high), **rule) == expected


def test_a_gain_shown_to_be_below_a_point_is_not_the_claimed_gain_even_if_it_excludes_0():
    small = Interval(0.005, 0.002, 0.008)
    assert verdict(small) == YES
    assert verdict(small, minimum_gain=0.01) == NO


def test_the_side_is_a_reflection():
    interval = Interval(0.3, 0.1, 0.4)
    mirrored = Interval(-0.3, -0.4, -0.1)
    for bound in (0.0, 0.2, 0.5):
        assert verdict(interval, bound=bound) == verdict(mirrored, bound=-bound, below=True)


def test_an_interval_without_ends_is_refused():
    for low, high in ((np.nan, 1.0), (1.0, np.nan), (1.0, 0.0)):
        with pytest.raises(ValueError, match="lower end first"):
            verdict(Interval(0.5, low, high))


def test_a_conjunction_needs_every_part():
    assert combine([YES, YES]) == YES
    assert combine([YES, OPEN]) == OPEN
    assert combine([YES, OPEN, NO]) == NO
    with pytest.raises(ValueError, match="no verdicts"):
        combine([])


def test_seeds_agree_when_four_of_five_share_a_sign():
    assert seeds_agree([0.1, 0.2, 0.1, -0.3, 0.1])
    assert seeds_agree([-0.1, -0.2, -0.1, 0.3, -0.1])
    assert not seeds_agree([0.1, 0.2, 0.1, -0.3, 0.0])
    assert seeds_agree([0.1, 0.2, -0.1], needed=2)


def test_chance_gives_the_share_of_intervals_that_miss_on_one_side():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(4000, 10))
    error = stats.sem(data, axis=1) * stats.t.ppf(0.975, 9)
    false = sum(
        verdict(Interval(m, m - e, m + e)) == YES
        for m, e in zip(data.mean(axis=1).tolist(), error.tolist(), strict=True)
    )
    assert verdicts_by_chance(4000) == pytest.approx(100)
    assert false == pytest.approx(verdicts_by_chance(4000), abs=30)


def test_every_claim_of_the_paper_is_there_under_its_id_with_its_rule():
    assert list(CLAIMS) == ["C1", "C2", "C2f", "C3a", "C3b", "C3c", "C4a", "C4b", "C4c", "C5a", "C5b", "C5c"]
    for key, claim in CLAIMS.items():
        assert claim.id == key and claim.statement.endswith(".") and claim.rule.endswith(".")
        assert claim.chapter[:3] in {"02_", "03_", "04_", "05_", "06_"}


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
    interval, parts = direction_separates(table, MAGNITUDES, draws=200, seed=0)
    per_token = 2.0 if cut is responses else 1.0  # a mean over 4 tokens halves the noise
    parts = parts.set_index("score")
    for score, shift in (("delta_logp", 1.0), ("entropy_base", 0.5)):
        expected = stats.norm.cdf(shift * per_token / np.sqrt(2))
        assert parts.loc[score, "auroc"] == pytest.approx(expected, abs=0.03)
        assert parts.loc[score, "low"] < parts.loc[score, "auroc"] < parts.loc[score, "high"]
        assert parts.loc[score, "overlap"] == pytest.approx(2 * stats.norm.cdf(-shift * per_token / 2), abs=0.08)
    assert interval.value == pytest.approx(parts.loc["delta_logp", "auroc"] - parts.loc["entropy_base", "auroc"])
    assert verdict(interval) == YES


def test_the_parts_are_the_oriented_aurocs_of_the_columns():
    table = tokens({"delta_logp": 0.3, "logp_rl": -1.0}, seed=2)
    _, parts = direction_separates(table, MAGNITUDES, draws=20, seed=0)
    is_rl = (table["source"] == "rl").to_numpy()
    for row in parts.itertuples():
        column = table[row.score].to_numpy()
        assert row.auroc == pytest.approx(oriented(auroc(column[is_rl], column[~is_rl])))


def test_a_better_rival_is_a_verdict_against_the_claim_and_length_can_be_that_rival():
    table = responses(tokens({"delta_logp": 0.1}, seed=3))
    rl = table["source"] == "rl"
    table["length"] = np.random.default_rng(0).integers(0, 20, len(table)) + 15 * rl
    interval, _ = direction_separates(table, (*MAGNITUDES, "length"), draws=200, seed=0)
    assert verdict(interval) == NO
    assert direction_separates(table, MAGNITUDES, draws=200, seed=0)[0].value > interval.value


def test_the_best_rival_is_chosen_anew_in_each_draw():
    table = tokens({"entropy_base": 0.5, "entropy_rl": 0.5}, seed=4)
    table["delta_logp"] = table["entropy_base"]
    lead, _ = direction_separates(table, ["entropy_base", "entropy_rl"], draws=300, seed=0)
    alone, _ = direction_separates(table, ["entropy_base"], draws=300, seed=0)
    assert alone == Interval(0.0, 0.0, 0.0)
    assert lead.high <= 0 and lead.low < -0.01  # never ahead of itself, behind where the other rival wins the draw


def test_tokens_of_one_prompt_do_not_count_as_independent():
    table = tokens({"delta_logp": 0.3}, seed=5, n_tokens=1)
    copies = pd.concat([table] * 9, ignore_index=True)
    once, many = (direction_separates(t, MAGNITUDES, draws=200, seed=0)[0] for t in (table, copies))
    assert many == pytest.approx(once)


def test_missing_columns_and_sources_are_named():
    table = tokens({}, seed=6, n_prompts=3)
    with pytest.raises(ValueError, match="kl_base_rl"):
        responses(table.drop(columns="kl_base_rl"))
    with pytest.raises(ValueError, match="length"):
        direction_separates(table, ["length"], draws=5, seed=0)
    with pytest.raises(ValueError, match="both base and rl"):
        direction_separates(table.query("source == 'rl'"), MAGNITUDES, draws=5, seed=0)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(claims) == (0, 1)
