"""As a logits processor the base reads along, whatever rows `generate` makes of it, and RL draws from pi_gamma."""

import pytest
import torch

from rlvr_direction.batches import pad
from rlvr_direction.decoding import decode
from rlvr_direction.distributions import PairLogprobs, extrapolate
from rlvr_direction.generation import Extrapolating
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, AtRandom, Intervention, mass, parse, text_of
from rlvr_direction.sampling import Sampling

STAGE = "rl_010"  # not finished
LIMIT, GREEDY = 40, Sampling(temperature=0.0)


def extrapolated(pair, inputs, processor, **asked):
    return pair.rl.generate(**inputs, logits_processor=[processor], **{"max_new_tokens": LIMIT} | asked)


def written(pair, prompts, intervention, propose="rl"):
    """What `decode` writes greedily, padded as `generate` pads."""
    settings = {"seed": 0, "max_new_tokens": LIMIT, "batch_size": len(prompts), "propose": propose}
    decoded = decode(pair, prompts, intervention, GREEDY, **settings)
    return decoded.token_ids[:, : decoded.n_tokens.max()]


@pytest.mark.parametrize("gamma, model", [(0.0, "rl"), (-1.0, "base")])
def test_gamma_zero_is_rl_and_minus_one_the_base(toy, gamma, model):
    pair, _, inputs = toy
    plain = getattr(pair, model).generate(**inputs, max_new_tokens=LIMIT)
    assert torch.equal(extrapolated(pair, inputs, Extrapolating(pair.base, gamma)), plain)


@pytest.mark.parametrize("gamma", [0.3, 2.0])
def test_greedily_it_is_the_decoder_that_acts_everywhere(toy, gamma):
    pair, prompts, inputs = toy
    found = extrapolated(pair, inputs, Extrapolating(pair.base, gamma))[:, inputs["input_ids"].shape[1] :]
    assert torch.equal(found, written(pair, prompts, Intervention(EVERYWHERE, gamma), propose="base"))


def test_past_rl_it_writes_something_else_than_rl(arithmetic):
    pair, inputs = arithmetic
    assert not torch.equal(
        extrapolated(pair, inputs, Extrapolating(pair.base, 30.0)),
        pair.rl.generate(**inputs, max_new_tokens=LIMIT),
    )


@torch.no_grad()
def both(pair, ids):
    """Both models' logits of what follows a text, by a full forward."""
    return [model(input_ids=torch.tensor([ids])).logits[0, -1] for model in pair.models]


@pytest.mark.parametrize("family", ["mistral", "gemma3", "phi3", "gpt_oss", "qwen3_next", "falcon_mamba"])
def test_the_base_reads_every_text_as_it_would_alone(load_pair, family):
    pair, processor = load_pair(family), Extrapolating(load_pair(family).base, 1.5)
    texts = [[4, 5, 13, 6, 7, 8, 9, 10], [7, 18, 3, 5], [15, 3, 3, 4, 5, 6]]
    for step in range(9):  # the factors of phi3 switch at 12 tokens
        alone = [both(pair, text) for text in texts]
        scores = processor(pad(texts, pad_id=0, left=True)[0], torch.stack([rl for _, rl in alone]))
        for row, logits in zip(scores, alone, strict=True):
            expected = extrapolate(PairLogprobs(*(column.log_softmax(-1) for column in logits)), 1.5)
            torch.testing.assert_close(row, expected, atol=5e-4, rtol=0)
        texts = [[*text, 3 + (5 * step + len(text)) % 19] for text in texts]


@pytest.mark.parametrize("where, bound", [("everywhere", -1.0), ("kl_rl_base>=0.02", 0.02)])
def test_scores_are_log_pi_gamma_where_the_gate_fires_and_rls_own_elsewhere(toy, where, bound):
    pair, prompts, inputs = toy
    asked = {"return_dict_in_generate": True, "output_scores": True, "max_new_tokens": 12}
    out = extrapolated(pair, inputs, Extrapolating(pair.base, 1.5, where), **asked)
    fired, responses = [], out.sequences[:, inputs["input_ids"].shape[1] :].tolist()
    for row, (prompt, response) in enumerate(zip(prompts, responses, strict=True)):
        length = response.index(1) + 1 if 1 in response else len(response)
        for step in range(length):
            base, rl = (logits.log_softmax(-1) for logits in both(pair, prompt + response[:step]))
            fired.append((rl.exp() * (rl - base)).sum().item() >= bound)
            expected = extrapolate(PairLogprobs(base, rl), 1.5) if fired[-1] else rl
            torch.testing.assert_close(out.scores[step][row], expected, atol=2e-4, rtol=0)
            assert out.scores[step][row].logsumexp(0).item() == pytest.approx(0, abs=1e-5)
    assert any(fired) and (where == "everywhere" or not all(fired))


def test_behind_a_gate_it_is_the_decoder_to_which_rl_proposes(toy):
    pair, prompts, inputs = toy
    processor = Extrapolating(pair.base, 4.0, "entropy_rl>=0.3")
    found = extrapolated(pair, inputs, processor)[:, inputs["input_ids"].shape[1] :]
    assert torch.equal(found, written(pair, prompts, Intervention("entropy_rl>=0.3", 4.0)))


def test_nowhere_leaves_rl_alone(arithmetic):
    pair, inputs = arithmetic
    plain = pair.rl.generate(**inputs, max_new_tokens=LIMIT)
    assert torch.equal(extrapolated(pair, inputs, Extrapolating(pair.base, 2.0, NOWHERE)), plain)


def test_the_base_is_fed_new_tokens_only(arithmetic):
    pair, inputs = arithmetic
    processor, fed = Extrapolating(pair.base, 0.3), []
    handle = pair.base.register_forward_pre_hook(
        lambda _model, _args, named: fed.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    try:
        extrapolated(pair, inputs, processor, max_new_tokens=5, min_new_tokens=5)
    finally:
        handle.remove()
    assert fed == [tuple(inputs["input_ids"].shape)] + [(2, 1)] * 4


def test_one_object_serves_many_calls(toy):
    pair, _, inputs = toy
    processor = Extrapolating(pair.base, -1.0)
    whole = pair.base.generate(**inputs, max_new_tokens=LIMIT)
    longer = {name: torch.cat([tensor, tensor[:, -1:]], dim=1) for name, tensor in inputs.items()}
    calls = [(inputs, 1), (inputs, LIMIT), ({name: tensor[:2] for name, tensor in inputs.items()}, 1), (longer, 9)]
    for given, limit in calls:
        plain = pair.base.generate(**given, max_new_tokens=limit)
        assert torch.equal(extrapolated(pair, given, processor, max_new_tokens=limit), plain)
    assert torch.equal(extrapolated(pair, inputs, processor), whole)


def test_samples_and_beams_change_places_and_the_base_follows(toy):
    pair, _, inputs = toy
    kept = {"num_beams": 4, "num_return_sequences": 2, "max_new_tokens": 20}
    beams = pair.base.generate(**inputs, **kept)
    assert torch.equal(extrapolated(pair, inputs, Extrapolating(pair.base, -1.0), **kept), beams)
    assert not torch.equal(pair.rl.generate(**inputs, **kept), beams)
    drawn = {"do_sample": True, "num_return_sequences": 3, "top_k": 0, "temperature": 1.5}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        plain = pair.base.generate(**inputs, max_new_tokens=20, **drawn)
        torch.manual_seed(0)
        assert torch.equal(
            extrapolated(pair, inputs, Extrapolating(pair.base, -1.0), max_new_tokens=20, **drawn), plain
        )


def test_what_generate_excludes_stays_excluded(arithmetic):
    pair, inputs = arithmetic
    banned = pair.tokenizer("=", add_special_tokens=False)["input_ids"]
    found = extrapolated(pair, inputs, Extrapolating(pair.base, -1.0), bad_words_ids=[banned])
    width = inputs["input_ids"].shape[1]
    assert (found[:, width:] != banned[0]).all()
    assert (extrapolated(pair, inputs, Extrapolating(pair.base, -1.0))[:, width:] == banned[0]).any()


@pytest.mark.parametrize(
    "where",
    [
        *("delta_logp<=-0.3", "logp_rl<=-2.0", "gap_to_rl_argmax>=1.0", "sampled:entropy_rl>=0.5", "random:0.5"),
        *(
            AtRandom(mass(parse("delta_logp<=-0.3"))),
            "mass(delta_logp<=-0.3)>=0.1",
            lambda view, token, uniform: token > 3,
        ),
    ],
    ids=text_of,
)
def test_a_gate_that_needs_a_token_is_sent_to_custom_generate(arithmetic, where):
    pair, _ = arithmetic
    with pytest.raises(ValueError, match=r"before a token is drawn.*custom_generate=replacing"):
        Extrapolating(pair.base, 0.3, where)


def test_padding_that_cannot_be_told_is_refused(arithmetic):
    pair, inputs = arithmetic
    padded = {name: torch.cat([tensor[:, :1] * 0, tensor], dim=1) for name, tensor in inputs.items()}
    with pytest.raises(ValueError, match="every prompt begins with the pad id 0"):
        extrapolated(pair, padded, Extrapolating(pair.base, 0.3))
    assert torch.equal(
        extrapolated(pair, padded, Extrapolating(pair.base, 0.3, pad_id=21), max_new_tokens=1)[:, :-1],
        padded["input_ids"],
    )


def test_a_base_that_names_no_pad_id_asks_for_one(arithmetic, monkeypatch):
    pair, inputs = arithmetic
    known = extrapolated(pair, inputs, Extrapolating(pair.base, 0.3))
    monkeypatch.setattr(pair.base.generation_config, "pad_token_id", None)
    with pytest.raises(ValueError, match="names no pad id"):
        extrapolated(pair, inputs, Extrapolating(pair.base, 0.3))
    assert torch.equal(extrapolated(pair, inputs, Extrapolating(pair.base, 0.3, pad_id=0)), known)
    alone = {name: tensor[1:] for name, tensor in inputs.items()}
    assert torch.equal(extrapolated(pair, alone, Extrapolating(pair.base, 0.3))[0], known[1][: known.shape[1]])


def test_another_vocabulary_and_an_inexact_cache_are_refused(arithmetic, random_model):
    pair, inputs = arithmetic
    with pytest.raises(ValueError, match="the base predicts 30 tokens and RL 22"):
        extrapolated(pair, inputs, Extrapolating(random_model("llama", vocab_size=30), 0.3))
    with pytest.raises(ValueError, match="use another base"):
        Extrapolating(random_model("rwkv"), 0.3)
    with pytest.raises(ValueError, match="gamma is -2"):
        Extrapolating(pair.base, -2.0)
