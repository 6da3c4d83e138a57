"""Every family writes what it writes alone, whatever the batch and the draft; what cannot is refused."""

import copy
import functools
import itertools

import pytest
import torch

from rlvr_direction.batches import pad
from rlvr_direction.decoding import decode
from rlvr_direction.decoding.noise import indexed_noise
from rlvr_direction.distributions import PairLogprobs, Sampling, extrapolate, inverse_cdf
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention, parse
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import View

NEW, SEED = 6, 3
SEEDS = {"nemotron_h": 1}  # with seed 0 two logits of a greedy text are 2e-4 apart
GENERATOR = torch.Generator().manual_seed(5)
TEXTS = [torch.randint(3, 22, (n,), generator=GENERATOR).tolist() for n in (2, 7, 9, 11, 13, 20)]
PROMPTS = [TEXTS[0], TEXTS[1], TEXTS[1], TEXTS[2], TEXTS[3], TEXTS[4], TEXTS[5], TEXTS[5]]
NUMBERS = {"problem_ids": [0, 1, 1, 2, 3, 4, 5, 5], "sample_ids": [0, 0, 1, 0, 0, 0, 0, 1]}
WINDOW_OF = {
    **dict.fromkeys(("mistral", "gemma2", "gemma3", "olmo3", "gpt_oss"), "sliding_window"),
    **{"llama4_text": "attention_chunk_size", "gpt_neo": "window_size", "recurrent_gemma": "attention_window_size"},
}
MIXED = Intervention(parse("delta_logp<=-0.3"), 0.5)


@pytest.fixture(scope="module")
def pair_of(random_model, perturbed, tokenizer):
    """A function family -> a pair of it, made in memory."""

    @functools.cache
    def build(family):
        base = random_model(family, seed=SEEDS.get(family, 0))
        return ModelPair(base, perturbed(base), tokenizer)

    return build


def written(pair, intervention=MIXED, sampling=Sampling(), **settings):  # noqa: B008 -- frozen
    return decode(pair, PROMPTS, intervention, sampling, **NUMBERS, seed=SEED, max_new_tokens=NEW, **settings)


def responses(decoded):
    return [row[:n].tolist() for row, n in zip(decoded.token_ids, decoded.n_tokens, strict=True)]


@torch.inference_mode()
def alone(pair):
    """What the intervention makes of the pair text by text, with a full forward of both models for every token."""
    noise, rows = indexed_noise(*NUMBERS.values(), NEW, seed=SEED), []
    for i, prompt in enumerate(PROMPTS):
        text = list(prompt)
        while len(text) - len(prompt) < NEW and (len(text) == len(prompt) or text[-1] != 1):
            proposal, alternative, selection = (uniforms[i, len(text) - len(prompt)].reshape(1) for uniforms in noise)
            logits = [model(input_ids=torch.tensor([text])).logits[0, -1:] for model in pair.models]
            raw = PairLogprobs(*(row.log_softmax(-1) for row in logits))
            proposed = inverse_cdf(raw.base, proposal)
            selected = MIXED.where(View(raw, raw), proposed, selection)
            token = inverse_cdf(extrapolate(raw, MIXED.gamma), alternative) if selected else proposed
            text.append(token.item())
        rows.append(text[len(prompt) :])
    return rows


@pytest.mark.shows("batches", "drafts", of=["attention"])
def test_neither_draft_nor_batch_changes_a_text_from_what_it_is_alone(pair_of, family):
    pair = pair_of(family)
    assert pair.supports_rollback
    lockstep = written(pair, block=1, batch_size=1)
    assert responses(lockstep) == alone(pair)
    assert 0 < lockstep.selected.sum() < lockstep.n_tokens.sum()
    for block, batch_size in itertools.product((4, "auto", 1), (8, 3, 1)):
        other = written(pair, block=block, batch_size=batch_size)
        assert torch.equal(other.token_ids, lockstep.token_ids), (block, batch_size)
        assert torch.equal(other.selected, lockstep.selected), (block, batch_size)
        torch.testing.assert_close(other.logp_rl, lockstep.logp_rl, atol=1e-4, rtol=0)


@pytest.mark.shows("batches", of=["recurrent"])
def test_a_recurrent_pair_writes_in_a_batch_what_it_writes_alone_and_refuses_drafts(pair_of, family):
    pair, expected = pair_of(family), alone(pair_of(family))
    for batch_size in (3, 8):
        decoded = written(pair, batch_size=batch_size)
        assert responses(decoded) == expected, batch_size
    assert 0 < decoded.selected.sum() < decoded.n_tokens.sum()
    with pytest.raises(ValueError, match="cannot take tokens back from its cache"):
        written(pair, block=4, batch_size=3)


@pytest.mark.shows("identities", of=["attention", "recurrent"])
def test_greedily_nowhere_is_generate_of_the_base_and_everywhere_that_of_rl(pair_of, family):
    pair = pair_of(family)
    settings = {"max_new_tokens": NEW, "do_sample": False, "eos_token_id": 1, "pad_token_id": 0}
    for where, model in ((NOWHERE, pair.base), (EVERYWHERE, pair.rl)):
        greedy = responses(written(pair, Intervention(where), Sampling(0.0), block=1, batch_size=8))
        for prompt, response in dict(zip(map(tuple, PROMPTS), greedy, strict=True)).items():
            given = torch.tensor([prompt])
            text = model.generate(given, attention_mask=torch.ones_like(given), **settings)
            assert text[0, len(prompt) :].tolist() == response


@pytest.mark.shows("scores", of=["attention"])
def test_scores_are_those_of_a_float64_forward_of_each_text_alone(pair_of, family):
    assert_scored(pair_of(family), lambda model: copy.deepcopy(model).double())


@pytest.mark.shows("scores", of=["recurrent", "scored only"])
def test_scores_of_a_recurrent_model_are_those_of_its_own_forward_of_each_text(pair_of, family):
    assert_scored(pair_of(family), lambda model: model)


def assert_scored(pair, precise):
    ids, mask = pad(TEXTS, pad_id=0)
    wanted = mask & (torch.arange(ids.shape[1]) > 0)
    with torch.inference_mode():
        seen = [part.logprobs for part in pair.at_tokens(ids, mask, wanted)]
        for name in ("base", "rl"):
            model = precise(getattr(pair, name))
            model.set_experts_implementation("eager")  # the grouped one knows no float64
            expected = [model(input_ids=torch.tensor([text])).logits[0, :-1].log_softmax(-1) for text in TEXTS]
            got = torch.cat([getattr(part, name) for part in seen]).double()
            torch.testing.assert_close(got, torch.cat(expected).double(), atol=3e-5, rtol=0)


@pytest.mark.shows(of=["scored only"])
def test_a_state_that_rows_cannot_leave_is_scored_but_not_decoded(pair_of, family):
    with pytest.raises(ValueError, match=r"gives other predictions after its cache .* can be scored, but not decoded"):
        written(pair_of(family), block=1, batch_size=3)


@pytest.mark.shows("window", of=WINDOW_OF)
def test_texts_are_longer_than_the_window_of_a_family_that_has_one(random_model, family):
    model = random_model(family)
    config = copy.deepcopy(model.config)
    setattr(config.get_text_config(), WINDOW_OF[family], 48)
    unlimited = type(model)(config).eval()
    unlimited.load_state_dict(model.state_dict())
    with torch.inference_mode():
        near, far = (of(input_ids=torch.tensor(TEXTS[-1:])).logits[0] for of in (model, unlimited))
    torch.testing.assert_close(near[:3], far[:3])
    assert (near[-1] - far[-1]).abs().max() > 0.01
