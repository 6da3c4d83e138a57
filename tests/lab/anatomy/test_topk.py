"""How far scores from lists of likely tokens are from the exact ones, on a toy and with a large vocabulary."""

import numpy as np
import pandas as pd
import pytest
import torch

from rlvr_direction import ModelPair, Sampling, decode, load_toy_pair
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.lab.anatomy import as_listed, score_topk, texts_of_both, topk_errors
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.scores import SCORES

KS, LARGE_KS = (2, 5, 10, 22), (10, 50, 200)
EXACT_IN_THE_LIMIT = [name for name in SCORES if name != "jensen_shannon"]


@pytest.fixture(scope="module")
def tokens():
    pair, task = load_toy_pair("arithmetic"), TASKS["arithmetic"]
    return score_topk(pair, texts_of_both(pair, task, task.problems(60, seed=5), seed=3), ks=KS)


@pytest.fixture(scope="module")
def large(random_model, perturbed, tokenizer):
    """Scored texts of a random pair with a vocabulary of 20,000 and peaked policies."""
    base = random_model("qwen3", vocab_size=20_000, num_hidden_layers=1, tie_word_embeddings=False)
    with torch.no_grad():
        base.lm_head.weight.mul_(4)
    pair = ModelPair(base, perturbed(base, scale=0.01), tokenizer)
    prompts, texts = [f"{i}+{j}=" for i in range(4) for j in range(4)], []
    for writer, where in {"base": NOWHERE, "rl": EVERYWHERE}.items():
        asked, how = [pair.encode_prompt(prompt) for prompt in prompts], {"max_new_tokens": 16, "batch_size": 16}
        done = decode(pair, asked, Intervention(where), Sampling(), seed=1, **how)
        ids = [row[:n].tolist() for row, n in zip(done.token_ids, done.n_tokens.tolist(), strict=True)]
        texts.append(pd.DataFrame({"prompt": prompts, "response": "", "response_ids": ids, "source": writer}))
    return score_topk(pair, pd.concat(texts, ignore_index=True), ks=LARGE_KS, batch_size=8)


def by_k(tokens, ks, column):
    return topk_errors(tokens, ks=ks).pivot(index="k", columns="score", values=column)


def test_every_error_falls_with_k_and_ends_with_the_vocabulary(tokens):
    errors = by_k(tokens, KS, "mean_error")[EXACT_IN_THE_LIMIT]
    assert (errors.diff().dropna() <= 1e-7).all(axis=None)
    assert errors.loc[22].max() < 1e-5 < errors.loc[2].min()
    rest = topk_errors(tokens, ks=[22]).query("score != 'jensen_shannon'")
    assert (
        not rest[["touched", "missed", "added", "reordered"]].any(axis=None) and rest["auroc_change"].abs().max() < 0.01
    )


def test_what_lies_beyond_the_lists_falls_to_nothing_and_total_variation_is_exact(tokens):
    beyond = tokens[[f"beyond_{k}" for k in KS]]
    assert (beyond.diff(axis=1).iloc[:, 1:] <= 1e-6).all(axis=None) and beyond["beyond_22"].abs().max() < 1e-5
    assert (tokens["entropy_base"][beyond["beyond_2"] > 0.3] > 0.6).all()  # three or more tokens share the rest
    pinsker = np.sqrt(tokens[["kl_base_rl", "kl_rl_base"]].min(axis=1).clip(lower=0) / 2)
    assert (tokens["total_variation"] <= pinsker + 1e-4).all()


def test_as_listed_takes_the_place_of_the_exact_scores_and_of_nothing_else(tokens):
    seen = as_listed(tokens, 2)
    assert list(seen.columns) == list(tokens.columns)
    assert all((seen[name] == tokens[f"top_2({name})"]).all() for name in SCORES)
    assert (seen.drop(columns=list(SCORES)) == tokens.drop(columns=list(SCORES))).all(axis=None)


def test_its_js_is_no_nearer_to_jensen_shannon_however_long_the_lists(tokens):
    errors = by_k(tokens, KS, "mean_error")["jensen_shannon"]
    assert errors.loc[22] > 0.05 and errors.loc[22] >= errors.loc[5]


@pytest.mark.parametrize("writer", ["base", "rl"])
def test_each_text_is_scored_with_its_writer_as_the_proposer(tokens, writer):
    own, other = (tokens[tokens["source"] == source] for source in (writer, {"base": "rl", "rl": "base"}[writer]))
    assert (own[f"top_2(logp_{writer})"] == own[f"logp_{writer}"]).all()
    assert (other[f"top_2(logp_{writer})"] > other[f"logp_{writer}"]).any()


def test_both_write_every_problem_and_text_ids_are_rows_of_the_texts(tokens):
    assert sorted(tokens["text_id"].unique()) == list(range(120))
    assert set(tokens.groupby("text_id")["source"].nunique()) == {1}
    assert set(tokens.loc[tokens["source"] == "base", "text_id"]) == set(range(60))


def test_errors_fall_with_k_in_a_large_vocabulary_too(large):
    errors = by_k(large, LARGE_KS, "mean_error")[EXACT_IN_THE_LIMIT]
    assert (errors.diff().dropna() < 0).all(axis=None)
    assert errors.loc[50, "delta_logp"] > 0.001 and errors.loc[50, "entropy_base"] > 0.05


def test_in_a_large_vocabulary_lists_cost_separation_and_turn_signs_round(large):
    errors = topk_errors(large, ks=LARGE_KS).set_index(["score", "k"]).loc["delta_logp"]
    assert errors["added"].eq(0).all() and errors["missed"].is_monotonic_decreasing and errors.loc[10, "missed"] > 0
    assert errors.loc[10, "auroc_change"] < -0.03 < errors.loc[200, "auroc_change"] <= 0.001
    assert errors.loc[10, "sign_changes"] > 0.01


def test_errors_by_hand():
    exact, found = [-2.0, -1.0, 1.0, 2.0, 1.0, 2.0, 3.0, -1.0], [0.5, -1.0, 1.0, 2.0, 1.0, 2.0, 1.0, -1.0]
    table = pd.DataFrame(dict.fromkeys(SCORES, exact) | {f"top_3({name})": exact for name in SCORES})
    table = table.assign(source=["base"] * 4 + ["rl"] * 4, **{"top_3(delta_logp)": found})
    row = topk_errors(table, ks=[3], budget=0.25).set_index("score").loc["delta_logp"]
    assert row["touched"] == 2 / 8 and row["sign_changes"] == 1 / 8
    assert row["mean_error"] == pytest.approx(4.5 / 8)
    assert row["p95_error"] == pytest.approx(2 + 0.65 * 0.5)  # .65 of the way between the two largest of 8
    assert row["p99_error"] == pytest.approx(2 + 0.93 * 0.5)  # .93 of the way between the two largest of 8
    gate = ["fires", "missed", "added", "reordered"]
    assert row[gate].tolist() == [1 / 4, 1 / 4, 0, 2 / 4]  # -2 fires, or else -1
    given = topk_errors(table, ks=[3], budget=0.25, thresholds={"delta_logp": -0.3}).set_index("score")
    assert given.loc["delta_logp", gate].tolist() == [2 / 4, 1 / 4, 0, 2 / 4]  # -2 and -1 fire, or -1 alone
    assert given.loc["logp_rl", gate].tolist() == [1 / 4, 0, 0, 0]
    assert row["auroc"] == pytest.approx((2.5 + 3.5 + 4 + 1.5) / 16)  # pairs won by each of RL's tokens
    assert row["auroc"] + row["auroc_change"] == pytest.approx((2.5 + 3.5 + 2.5 + 0.5) / 16)
    assert topk_errors(table, ks=[3]).set_index("score").loc["entropy_base", ["touched", "missed", "added"]].eq(0).all()


def test_writers_that_change_places_lose_more_than_half_of_the_area():
    exact = [-2.0, -1.0, 1.0, 2.0]
    table = pd.DataFrame(dict.fromkeys(SCORES, exact) | {f"top_3({name})": exact[::-1] for name in SCORES})
    row = topk_errors(table.assign(source=["base"] * 2 + ["rl"] * 2), ks=[3]).iloc[0]
    assert (row["auroc"], row["auroc_change"]) == (1, -1)
    turned = topk_errors(table.assign(source=["rl"] * 2 + ["base"] * 2), ks=[3]).iloc[0]
    assert (turned["auroc"], turned["auroc_change"]) == (1, -1)


def test_a_text_by_neither_model_is_refused():
    texts = pd.DataFrame({"prompt": ["1+2="], "response": ["3"], "source": ["human"]})
    with pytest.raises(ValueError, match="'human'; expected base or rl"):
        score_topk(load_toy_pair("arithmetic"), texts, ks=[3])
