import copy

import numpy as np
import pandas as pd
import pytest
import torch

from rlvr_direction.batches import pad
from rlvr_direction.distributions import Sampling, entropy
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import SCORES
from rlvr_direction.scoring import TOKEN_COLUMNS, score_tokens, tokens
from rlvr_direction.scoring.texts import Encoded

FAMILIES = ("llama", "gpt2")
TEXTS = (
    {"prompt": "1+2=", "response": "3\n", "source": "base"},
    {"prompt": "9", "response": "-4*5+2=a", "source": "rl"},
    {"prompt": "ab:0?", "response": "", "source": "rl"},
    {"prompt": "7*8-10+3=", "response": "49", "source": "base"},
    {"prompt": "5?", "response": "b" * 30},
)
KEYS = ["text_id", "source", "position", "token_id", "token"]


def by_hand(base_logits, rl_logits, token):
    """Every score in float64 numpy, from one position's logits."""
    base, rl = (x - np.log(np.exp(x - x.max()).sum()) - x.max() for x in (base_logits, rl_logits))
    p, q = np.exp(base), np.exp(rl)
    middle = np.log((p + q) / 2)
    return {
        "logp_base": base[token],
        "logp_rl": rl[token],
        "delta_logp": rl[token] - base[token],
        "abs_delta_logp": abs(rl[token] - base[token]),
        "gap_to_rl_argmax": rl.max() - rl[token],
        "entropy_base": -p @ base,
        "entropy_rl": -q @ rl,
        "kl_base_rl": p @ (base - rl),
        "kl_rl_base": q @ (rl - base),
        "jensen_shannon": (p @ (base - middle) + q @ (rl - middle)) / 2,
    }


def expected_table(pair, texts, models):
    """The scores of every response token from the models' logits on the padded texts, in order."""
    prompts = [pair.encode_prompt(text["prompt"]) for text in texts]
    answers = [pair.encode_response(text["response"]) for text in texts]
    ids, mask = pad([p + a for p, a in zip(prompts, answers, strict=True)], pad_id=pair.pad_id)
    with torch.inference_mode():
        logits = [model(ids, attention_mask=mask.long()).logits.double().numpy() for model in models]
    return pd.DataFrame(
        [
            by_hand(*(x[i, len(prompt) + t - 1] for x in logits), token)
            for i, (prompt, answer) in enumerate(zip(prompts, answers, strict=True))
            for t, token in enumerate(answer)
        ]
    )


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("precision, tolerance", [("float32", 1e-5), ("float64", 3e-5)])
def test_every_column_is_its_recomputation_in_float64(load_pair, family, precision, tolerance):
    pair = load_pair(family)
    models = [copy.deepcopy(model).to(getattr(torch, precision)) for model in pair.models]
    expected, table = expected_table(pair, TEXTS, models), score_tokens(pair, TEXTS, batch_size=64)
    assert set(expected) == set(SCORES) and len(table) == 42
    for name in SCORES:
        np.testing.assert_allclose(table[name], expected[name], atol=tolerance, rtol=0, err_msg=name)


def test_a_row_says_which_token_of_which_text_it_is(load_pair):
    table = score_tokens(load_pair("llama"), TEXTS, batch_size=2)
    assert tuple(table.columns) == TOKEN_COLUMNS
    for i, text in enumerate(TEXTS):
        rows = table[table["text_id"] == i]
        assert "".join(rows["token"]) == text["response"]
        assert rows["position"].tolist() == list(range(len(text["response"])))
        assert rows["token_id"].tolist() == load_pair("llama").encode_response(text["response"])
        assert (rows["source"] == text.get("source", "")).all()
    assert table["text_id"].is_monotonic_increasing
    assert table.attrs["cut_mass"] == {"base": 0.0, "rl": 0.0}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_neither_batch_size_nor_the_order_of_texts_matters(load_pair, family, batch_size):
    pair, order = load_pair(family), [3, 0, 4, 2, 1]
    whole = score_tokens(pair, TEXTS, batch_size=5)
    mixed = score_tokens(pair, [TEXTS[i] for i in order], batch_size=batch_size)
    mixed = mixed.assign(text_id=np.array(order)[mixed["text_id"]])
    mixed = mixed.sort_values(["text_id", "position"], ignore_index=True)
    pd.testing.assert_frame_equal(mixed[KEYS], whole[KEYS])
    np.testing.assert_allclose(mixed[list(SCORES)], whole[list(SCORES)], atol=1e-5, rtol=0)


def test_response_ids_win_over_the_text_and_eos_adds_a_row(load_pair):
    pair = load_pair("llama")
    ids = [5, 2, 9]  # 2 is <unk>, which no text gives
    given = score_tokens(pair, [{"prompt": "1", "response": "777", "response_ids": ids}], batch_size=1)
    ended = score_tokens(pair, [{"prompt": "1", "response_ids": ids}], batch_size=1, eos=True)
    assert given["token_id"].tolist() == ids
    assert ended["token_id"].tolist() == [*ids, pair.tokenizer.eos_token_id]
    pd.testing.assert_frame_equal(ended.iloc[:3], given, atol=1e-5)
    assert ids == [5, 2, 9]


def test_the_chat_template_is_used_where_there_is_one(load_pair):
    plain = load_pair("llama")
    chatty = copy.deepcopy(plain.tokenizer)
    chatty.chat_template = "{% for m in messages %}a:{{ m.content }}{% endfor %}b:"
    seen = score_tokens(ModelPair(plain.base, plain.rl, chatty), [{"prompt": "1+2", "response": "3"}], batch_size=1)
    pd.testing.assert_frame_equal(seen, score_tokens(plain, [{"prompt": "a:1+2b:", "response": "3"}], batch_size=1))


def test_sampling_and_the_proposer_reach_a_score_that_asks_for_them(load_pair):
    scores = {
        "width": lambda view, _: (getattr(view.sampled, view.proposer) > -torch.inf).sum(-1),
        "raw": lambda view, _: entropy(getattr(view.raw, view.proposer)),
    }
    tables = [
        score_tokens(
            load_pair("llama"), TEXTS, scores=scores, sampling=Sampling(top_p=0.5), proposer=proposer, batch_size=2
        )
        for proposer in ("base", "rl")
    ]
    whole = score_tokens(load_pair("llama"), TEXTS, scores=scores, batch_size=2)
    assert (whole["width"] == 22).all()
    assert all(1 <= table["width"].min() <= table["width"].max() < 22 for table in tables)
    assert (tables[0]["width"] != tables[1]["width"]).any()
    np.testing.assert_allclose(tables[0]["raw"], whole["raw"])


def test_the_lost_mass_of_a_cut_vocabulary_is_reported(random_model, tokenizer):
    pair = ModelPair(random_model("llama", vocab_size=22), random_model("llama", vocab_size=30), tokenizer)
    table = score_tokens(pair, TEXTS, batch_size=2)
    assert table.attrs["cut_mass"]["base"] == 0 < table.attrs["cut_mass"]["rl"] < 1


@pytest.mark.parametrize("texts", [[], [TEXTS[2]]])
def test_no_tokens_give_an_empty_table_with_its_columns(load_pair, texts):
    table = score_tokens(load_pair("llama"), texts, batch_size=2)
    assert tuple(table.columns) == TOKEN_COLUMNS and len(table) == 0
    assert (table[list(SCORES)].dtypes == "float32").all()


@pytest.mark.parametrize(
    "bad, message",
    [
        ({"prompt": "", "response": "1"}, "text 1 has an empty prompt"),
        ({"prompt": "1" * 40, "response": "2" * 9}, "text 1 has 40 prompt and 9 response tokens, 49 in all.* most 48"),
        ({"prompt": "1", "response_ids": [3, 22]}, "text 1 has response id 22; expected 0 to 21"),
        ({"prompt": "1", "response_ids": [-1]}, "text 1 has response id -1; expected 0 to 21"),
    ],
)
def test_a_text_that_cannot_be_scored_is_refused_by_its_row(load_pair, bad, message):
    with pytest.raises(ValueError, match=message) as caught:
        score_tokens(load_pair("llama"), [TEXTS[0], bad], batch_size=2)
    assert "\n" not in str(caught.value)


def test_a_text_as_long_as_the_context_is_scored(load_pair):
    assert len(score_tokens(load_pair("gpt2"), [{"prompt": "1" * 40, "response": "2" * 8}], batch_size=1)) == 8


def test_weights_that_are_not_finite_are_refused_by_model_text_and_position(load_pair, random_model, tokenizer):
    pair = ModelPair(load_pair("llama").base, random_model("llama", seed=3), tokenizer)
    pair.rl.get_input_embeddings().weight.data[tokenizer.convert_tokens_to_ids("4")] = torch.nan
    texts = [TEXTS[0], {"prompt": "1", "response": "2345"}]
    with pytest.raises(ValueError, match=r"the rl model gave .* not finite at response position . of text 1"):
        score_tokens(pair, texts, batch_size=1)


def test_a_score_may_give_several_numbers_per_token(load_pair):
    best = {"best": lambda view, _: view.raw.rl.topk(2).values}
    table = score_tokens(load_pair("llama"), TEXTS, scores=best, batch_size=2)
    assert (table["best_1"] >= table["best_2"]).all() and table["best_1"].max() < 0


def test_a_batch_holds_no_more_tokens_than_memory_is_meant_for(monkeypatch):
    monkeypatch.setattr(tokens, "BATCH_TOKENS", 20)
    lengths = [2, 3, 5, 5, 6, 9, 30]
    texts = [Encoded(i, "", [4], [5] * (n - 1)) for i, n in enumerate(lengths)]
    assert [batch.mask.sum(1).tolist() for batch in tokens.batches(texts, 4, pad_id=0)] == [[2, 3, 5, 5], [6, 9], [30]]
    assert [len(batch.ids) for batch in tokens.batches(texts, 2, pad_id=0)] == [2, 2, 2, 1]
