"""Inside `generate` a pair writes what `decode` writes, and what `decode` cannot follow is refused."""

import re
from pathlib import Path

import pytest
import torch
from transformers import DynamicCache, LogitsProcessor, MaxTimeCriteria, TopPLogitsWarper

from rlvr_direction.decoding import decode
from rlvr_direction.generation import replacing
from rlvr_direction.generation.replacing import _numbered
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.sampling import Sampling

ROOT = Path(__file__).parents[2]
STAGE = None  # the last one
LIMIT = 40
GATE = Intervention("delta_logp<=-0.3")
DRAWN = {  # what generate is asked for -> what decode is
    "plain": ({"do_sample": True, "top_k": 0}, Sampling()),
    "nucleus": ({"do_sample": True, "top_p": 0.7, "temperature": 1.0}, Sampling(top_p=0.7, top_k=50)),
    "cut": (
        {"do_sample": True, "temperature": 1.3, "top_k": 4, "top_p": 0.9, "min_p": 0.02},
        Sampling(1.3, 0.9, 4, 0.02),
    ),
    "greedy": ({}, Sampling(temperature=0.0)),
}


def written(pair, prompts, intervention=GATE, sampling=DRAWN["plain"][1], **settings):
    settings = {"seed": 3, "max_new_tokens": LIMIT, "batch_size": len(prompts)} | settings
    decoded = decode(pair, prompts, intervention, sampling, **settings)
    return [row[:n].tolist() for row, n in zip(decoded.token_ids, decoded.n_tokens, strict=True)]


def unpadded(sequences, inputs, lengths):
    """The responses in what `generate` returned, after checking prompts, width and padding."""
    width, longest = inputs["input_ids"].shape[1], max(lengths)
    copies = len(sequences) // len(inputs["input_ids"])
    assert sequences.shape == (len(lengths), width + longest)
    assert torch.equal(sequences[:, :width], inputs["input_ids"].repeat_interleave(copies, dim=0))
    assert all((row[width + n :] == 0).all() for row, n in zip(sequences, lengths, strict=True))
    return [row[width : width + n].tolist() for row, n in zip(sequences, lengths, strict=True)]


@pytest.mark.parametrize("proposer", ["base", "rl"])
@pytest.mark.parametrize("drawn", DRAWN)
def test_generate_writes_what_decode_writes(toy, drawn, proposer):
    pair, prompts, inputs = toy
    asked, sampling = DRAWN[drawn]
    gate = GATE if proposer == "base" else Intervention("delta_logp>=0.3", gamma=-1.0)
    expected = written(pair, prompts, gate, sampling, propose=proposer)
    given = {**inputs, **asked, "max_new_tokens": LIMIT}
    found = getattr(pair, proposer).generate(**given, custom_generate=replacing(pair, gate, seed=3))
    assert unpadded(found, inputs, [len(row) for row in expected]) == expected
    assert expected != written(pair, prompts, Intervention(NOWHERE), sampling, propose=proposer)


@pytest.mark.parametrize("where, model", [(NOWHERE, "base"), (EVERYWHERE, "rl")])
def test_greedily_nowhere_and_everywhere_are_the_own_loop_of_transformers(toy, where, model):
    pair, _, inputs = toy
    replace = replacing(pair, Intervention(where), seed=0)
    plain = getattr(pair, model).generate(**inputs, max_new_tokens=LIMIT)
    assert torch.equal(pair.base.generate(**inputs, max_new_tokens=LIMIT, custom_generate=replace), plain)


def test_copies_of_a_prompt_are_its_samples(toy):
    pair, prompts, inputs = toy
    rows = [prompt for prompt in prompts for _ in range(3)]
    problems = [i for i in range(len(prompts)) for _ in range(3)]
    copies = {"problem_ids": problems, "sample_ids": [0, 1, 2] * len(prompts)}
    expected = written(pair, rows, sampling=Sampling(temperature=1.5), **copies)
    asked = {**inputs, "do_sample": True, "temperature": 1.5, "top_k": 0, "num_return_sequences": 3}
    found = pair.base.generate(**asked, max_new_tokens=LIMIT, custom_generate=replacing(pair, GATE, seed=3))
    assert unpadded(found, inputs, [len(row) for row in expected]) == expected
    assert len({tuple(row) for row in expected}) > len(prompts)


def test_a_prompt_met_again_is_another_sample_of_its_problem():
    assert _numbered([[5], [5], [7, 8], [5]]) == {"problem_ids": [0, 0, 1, 0], "sample_ids": [0, 1, 0, 2]}


@pytest.mark.parametrize("family", ["mistral", "gemma3", "qwen3_next", "falcon_mamba"])
def test_families_with_other_caches_are_followed(load_pair, family):
    pair = load_pair(family)
    prompts = ["12+3", "4:"]
    ids = pair.tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left")
    inputs = {name: ids[name] for name in ("input_ids", "attention_mask")}
    expected = written(pair, [pair.encode_prompt(prompt) for prompt in prompts], max_new_tokens=9)
    asked = {**inputs, **DRAWN["plain"][0], "max_new_tokens": 9}
    found = pair.base.generate(**asked, custom_generate=replacing(pair, GATE, seed=3))
    assert unpadded(found, inputs, [len(row) for row in expected]) == expected


def test_lengths_padding_and_the_kind_of_result_are_those_asked_for(arithmetic):
    pair, inputs = arithmetic
    replace = replacing(pair, GATE, seed=0)
    width = inputs["input_ids"].shape[1]
    whole = pair.base.generate(**inputs, custom_generate=replace, max_new_tokens=LIMIT)
    assert torch.equal(
        pair.base.generate(**inputs, custom_generate=replace, max_length=width + 3), whole[:, : width + 3]
    )
    other = pair.base.generate(**inputs, custom_generate=replace, max_new_tokens=LIMIT, pad_token_id=2)
    assert torch.equal(other[:, width:], whole[:, width:].masked_fill(whole[:, width:] == 0, 2))
    assert (other[:, width:] == 2).any()
    named = pair.base.generate(
        **inputs, custom_generate=replace, max_new_tokens=LIMIT, return_dict_in_generate=True, renormalize_logits=True
    )
    assert torch.equal(named.sequences, whole)


def test_without_a_mask_generate_tells_padding_by_itself_and_one_text_needs_none(arithmetic):
    pair, inputs = arithmetic
    replace = replacing(pair, GATE, seed=0)
    whole = pair.base.generate(**inputs, custom_generate=replace, max_new_tokens=LIMIT)
    assert torch.equal(pair.base.generate(inputs["input_ids"], custom_generate=replace, max_new_tokens=LIMIT), whole)
    alone = pair.base.generate(inputs["input_ids"][1:], custom_generate=replace, max_new_tokens=LIMIT)
    assert torch.equal(alone[0], whole[1, : alone.shape[1]])


def test_a_response_may_end_with_a_text(arithmetic):
    pair, inputs = arithmetic
    replace = replacing(pair, GATE, seed=0, stop=["\n"], block=1)
    ids = pair.base.generate(**inputs, custom_generate=replace, max_new_tokens=LIMIT)
    responses = pair.tokenizer.batch_decode(ids[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    assert all(text.index("\n") == len(text) - 1 for text in responses)


class Own(LogitsProcessor):
    def __call__(self, input_ids, scores):
        return scores


REFUSED = {
    "beam search": {"num_beams": 2},
    "contrastive search": {"penalty_alpha": 0.5, "top_k": 4},
    "RepetitionPenaltyLogitsProcessor": {"repetition_penalty": 1.2},
    "NoRepeatNGramLogitsProcessor": {"no_repeat_ngram_size": 2},
    "MinNewTokensLengthLogitsProcessor": {"min_new_tokens": 2},
    "TypicalLogitsWarper": {"typical_p": 0.9, "do_sample": True},
    "Own": {"logits_processor": [Own()]},
    "TopPLogitsWarper": {"logits_processor": [TopPLogitsWarper(0.5)]},
    "MaxTimeCriteria": {"stopping_criteria": [MaxTimeCriteria(5.0)]},
    "output_scores": {"return_dict_in_generate": True, "output_scores": True},
    "end at token ids \\[5\\]": {"eos_token_id": [1, 5]},
    "position_ids": {"position_ids": torch.arange(12).repeat(2, 1) + 1},
}


@pytest.mark.parametrize("phrase", REFUSED)
def test_what_cannot_be_followed_is_refused_by_its_name(arithmetic, phrase):
    pair, inputs = arithmetic
    width = inputs["input_ids"].shape[1]
    asked = {name: value[:, :width] if name == "position_ids" else value for name, value in REFUSED[phrase].items()}
    with pytest.raises(ValueError, match=phrase):
        pair.base.generate(**inputs, **asked, max_new_tokens=4, custom_generate=replacing(pair, GATE, seed=0))


def test_embeddings_and_a_cache_that_holds_a_text_are_refused(arithmetic):
    pair, inputs = arithmetic
    replace, cache = replacing(pair, GATE, seed=0), DynamicCache(config=pair.base.config)
    embedded = pair.base.get_input_embeddings()(inputs["input_ids"])
    with pytest.raises(ValueError, match="inputs_embeds"):
        pair.base.generate(inputs_embeds=embedded, max_new_tokens=4, custom_generate=replace)
    pair.base(input_ids=inputs["input_ids"][:, :2], past_key_values=cache)
    with pytest.raises(ValueError, match="past_key_values"):
        pair.base.generate(**inputs, past_key_values=cache, max_new_tokens=4, custom_generate=replace)


def test_a_model_outside_the_pair_is_refused(arithmetic):
    pair, inputs = arithmetic
    other = load_toy_pair("arithmetic", stage="rl_010").rl
    with pytest.raises(ValueError, match=r"outside the pair; call pair\.base\.generate"):
        other.generate(**inputs, max_new_tokens=4, custom_generate=replacing(pair, GATE, seed=0))


def test_the_examples_of_the_tools_page_run(arithmetic):
    pair, _ = arithmetic
    names = {"base_model": pair.base, "rl_model": pair.rl, "tokenizer": pair.tokenizer}
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "book" / "tools.md").read_text(), re.DOTALL)
    chosen = [block for block in blocks if "base_model" in block]
    assert len(chosen) == 3
    for block in chosen:
        exec(block, names)
    assert isinstance(names["pair"], type(pair)) and callable(names["replace"])
