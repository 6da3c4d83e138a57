import copy
import functools
import inspect
import itertools

import numpy as np
import pytest
import torch

from rlvr_direction.decoding import auto_block, decode, end_ids, indexed_noise
from rlvr_direction.decoding import run as run_module
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, AtRandom, Intervention, parse
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import SCORES
from rlvr_direction.scoring import score_tokens

STEPS, SEED, PLAIN = 7, 3, Sampling()
PROMPTS = ("1+2", "3", "45-6*7=", "9:", "0+0", "a1*2+3-4?", "bb", "8=")
TOKEN_FAMILIES = ("llama", "mistral")
POLICIES = {  # where, gamma, who proposes -> the one model that is left, and the stream it is fed
    (NOWHERE, 0.0, "base"): ("base", "proposal"),
    (NOWHERE, 0.5, "rl"): ("rl", "proposal"),
    (EVERYWHERE, 0.0, "base"): ("rl", "alternative"),
    (EVERYWHERE, 0.0, "rl"): ("rl", "alternative"),
    (EVERYWHERE, -1.0, "base"): ("base", "alternative"),
    (EVERYWHERE, -1.0, "rl"): ("base", "alternative"),
}


@pytest.fixture(scope="session")
def encode():
    return lambda pair, prompts=PROMPTS: [pair.encode_prompt(prompt) for prompt in prompts]


@pytest.fixture(scope="session")
def run(load_pair, encode):
    """A function that decodes `PROMPTS` with settings that tests override."""

    def decoded(family="llama", where=NOWHERE, gamma=0.0, sampling=PLAIN, pair=None, **changed):
        pair = pair or load_pair(family)
        settings = {"seed": SEED, "max_new_tokens": STEPS, "batch_size": 64} | changed
        prompts = settings.pop("prompt_ids", None) or encode(pair)
        return decode(pair, prompts, Intervention(where, gamma), sampling, **settings)

    return decoded


def responses(decoded):
    return [row[:n].tolist() for row, n in zip(decoded.token_ids, decoded.n_tokens, strict=True)]


def assert_same(one, other):
    for name, a, b in zip(one._fields, one, other, strict=True):
        if a.is_floating_point():
            torch.testing.assert_close(a, b, atol=1e-4, rtol=0)
        else:
            assert torch.equal(a, b), name


def draw(logits, sampling, uniform):
    """One token by numpy in float64: temper, cut to the nucleus, search the cumulative distribution."""
    if sampling.temperature == 0:
        return int(np.argmax(logits))
    p = np.exp((logits - logits.max()) / sampling.temperature)
    p /= p.sum()
    order = np.argsort(-p, kind="stable")
    p[order[np.concatenate([[0], np.cumsum(p[order])[:-1]]) >= sampling.top_p]] = 0
    return int(np.searchsorted(np.cumsum(p) / p.sum(), uniform, side="right"))


def by_itself(network, prompts, stream, sampling, *, steps, end):
    """A plain sampler: one model, one row at a time, a full forward a token, no cache."""
    rows = []
    for i, prompt in enumerate(prompts):
        uniforms = getattr(indexed_noise([i], [0], steps, seed=SEED), stream)[0].numpy()
        response = []
        while len(response) < steps and (not response or response[-1] != end):
            with torch.inference_mode():
                logits = network(torch.tensor([prompt + response])).logits[0, -1].double().numpy()
            response.append(draw(logits, sampling, uniforms[len(response)]))
        rows.append(response)
    return rows


@pytest.fixture(scope="session")
def sample_alone(load_pair, encode):
    """A function: what one model of a family's pair writes by itself."""

    @functools.cache
    def sample(family, model, stream, sampling):
        pair = load_pair(family)
        return by_itself(getattr(pair, model), encode(pair), stream, sampling, steps=STEPS, end=1)

    return sample


@pytest.mark.parametrize("batch_size, copies", [(1, 1), (64, 8)])
@pytest.mark.parametrize("sampling", [PLAIN, Sampling(0.7, 0.7), Sampling(0.0)], ids=["plain", "cut", "greedy"])
@pytest.mark.parametrize("family", TOKEN_FAMILIES)
def test_acting_nowhere_or_everywhere_is_one_model_alone_token_for_token(
    run, load_pair, encode, sample_alone, family, sampling, batch_size, copies
):
    prompts, problems = encode(load_pair(family)) * copies, [*range(len(PROMPTS))] * copies
    rows = {"prompt_ids": prompts, "problem_ids": problems, "batch_size": batch_size}
    for (where, gamma, propose), (model, stream) in POLICIES.items():
        decoded = run(family, where, gamma, sampling, propose=propose, **rows)
        assert responses(decoded) == sample_alone(family, model, stream, sampling) * copies, (where, gamma, propose)


def test_two_samplers_differ_so_that_the_identity_says_something(sample_alone):
    for a, b in itertools.combinations([("base", "proposal"), ("rl", "proposal"), ("rl", "alternative")], 2):
        assert sample_alone("llama", *a, Sampling()) != sample_alone("llama", *b, Sampling())


@pytest.mark.parametrize("family", ["llama", "mistral"])
def test_a_result_depends_neither_on_batching_nor_on_order_nor_on_company(run, load_pair, encode, family):
    prompts = encode(load_pair(family)) * 2
    ids, samples = [*range(8)] * 2, [0] * 8 + [5] * 8
    whole = run(family, AtRandom(0.5), 0.5, prompt_ids=prompts, problem_ids=ids, sample_ids=samples)
    for batch_size, chosen in [(1, range(4)), (3, range(16)), (64, range(15, -1, -2))]:
        part = run(
            family,
            AtRandom(0.5),
            0.5,
            prompt_ids=[prompts[i] for i in chosen],
            problem_ids=[ids[i] for i in chosen],
            sample_ids=[samples[i] for i in chosen],
            batch_size=batch_size,
        )
        assert_same(part, type(whole)(*(values[list(chosen)] for values in whole)))


def test_copies_of_a_prompt_differ_by_their_sample_and_repeat_by_their_seed(run, load_pair, encode):
    prompts = encode(load_pair("llama"), ["1+2"] * 6)
    copies = {"prompt_ids": prompts, "problem_ids": [0] * 6, "sample_ids": range(6)}
    decoded = run(**copies)
    assert len({tuple(row) for row in responses(decoded)}) > 3
    assert_same(decoded, run(**copies))
    assert responses(run(**copies, seed=SEED + 1)) != responses(decoded)


@pytest.mark.parametrize("family", TOKEN_FAMILIES)
def test_recorded_log_probabilities_and_what_the_gate_sees_are_those_of_the_token_table(run, load_pair, family):
    seen = []

    def watch(view, token, uniform):
        seen.append({name: score(view, token).item() for name, score in SCORES.items()})
        return uniform < 0.5

    pair = load_pair(family)
    for i, prompt in enumerate(PROMPTS):
        one = {"prompt_ids": [pair.encode_prompt(prompt)], "problem_ids": [i], "block": 1}
        row = run(family, watch, 1.0, Sampling(0.9, 0.9), **one)
        steps = [seen.pop(0) for _ in range(row.n_tokens)]
        text = {"prompt": prompt, "response": None}
        table = score_tokens(pair, [text | {"response_ids": responses(row)[0]}], batch_size=1)
        np.testing.assert_allclose(row.logp_base[0, : len(table)], table["logp_base"], atol=1e-4)
        np.testing.assert_allclose(row.logp_rl[0, : len(table)], table["logp_rl"], atol=1e-4)
        for t, step in enumerate(steps):
            drafted = [*responses(row)[0][:t], row.proposal_ids[0, t].item()]
            gate = score_tokens(pair, [text | {"response_ids": drafted}], batch_size=1).iloc[-1]
            assert {name: gate[name] for name in SCORES} == pytest.approx(step, abs=1e-4)
            assert step["logp_base"] == row.proposal_logp_base[0, t] and step["logp_rl"] == row.proposal_logp_rl[0, t]


def test_a_response_ends_with_its_end_token_or_is_unfinished_at_the_limit(run, load_pair):
    decoded = run(max_new_tokens=12)
    assert 0 < decoded.finished.sum() < len(PROMPTS)
    for row, n, finished in zip(decoded.token_ids, decoded.n_tokens, decoded.finished, strict=True):
        assert (row[: n - 1] != 1).all() and (row[n - 1] == 1) == finished
        assert finished or n == 12
        assert (row[n:] == load_pair("llama").pad_id).all()
    outside = torch.arange(12) >= decoded.n_tokens.unsqueeze(1)
    assert (decoded.logp_rl[outside] == 0).all() and not decoded.selected[outside].any()


def test_a_longer_limit_only_continues_what_a_shorter_one_cut(run):
    for short, long in zip(responses(run(max_new_tokens=5)), responses(run(max_new_tokens=12)), strict=True):
        assert long[:5] == short


def test_either_models_own_end_ids_and_the_tokenizers_end_a_response(run, load_pair):
    pair = load_pair("llama")
    rl = copy.deepcopy(pair.rl)
    rl.generation_config.eos_token_id = [4, 7]
    more = ModelPair(pair.base, rl, pair.tokenizer)
    assert end_ids(more).tolist() == [1, 4, 7]
    for before, after in zip(responses(run()), responses(run(pair=more)), strict=True):
        assert after == before[: 1 + next((t for t, token in enumerate(before) if token in (4, 7)), len(before))]


def test_at_random_selects_what_the_selection_stream_says(run):
    decoded = run(where=AtRandom(0.5))
    uniforms = indexed_noise(range(8), [0] * 8, STEPS, seed=SEED).selection
    inside = torch.arange(STEPS) < decoded.n_tokens.unsqueeze(1)
    assert torch.equal(decoded.selected, (uniforms < 0.5) & inside)
    kept = inside & ~decoded.selected
    assert torch.equal(decoded.token_ids[kept], decoded.proposal_ids[kept])
    assert (decoded.token_ids != decoded.proposal_ids)[decoded.selected].any()


def test_interventions_share_their_noise_until_they_part(run):
    plain, some, all_ = (run(where=where) for where in (NOWHERE, AtRandom(0.4), EVERYWHERE))
    for i in range(len(PROMPTS)):
        fired = some.selected[i].nonzero()
        first = int(fired[0]) if len(fired) else int(some.n_tokens[i])
        assert torch.equal(some.proposal_ids[i, : first + 1], plain.token_ids[i, : first + 1])
    assert torch.equal(some.proposal_ids[:, 0], all_.proposal_ids[:, 0])
    assert torch.equal(torch.where(some.selected, all_.token_ids, plain.token_ids)[:, 0], some.token_ids[:, 0])


@pytest.fixture(scope="session")
def long_run(run):
    """A function: 30 tokens each under a criterion that fires now and then, drafted in blocks."""
    return functools.cache(
        lambda family, where, block, batch_size=64, propose="base", gamma=0.5: run(
            family, parse(where), gamma, max_new_tokens=30, block=block, batch_size=batch_size, propose=propose
        )
    )


@pytest.mark.parametrize("block", [2, 16, "auto"])
@pytest.mark.parametrize("family", ["llama", "mistral"])
def test_a_draft_of_any_length_gives_the_tokens_of_lockstep(long_run, family, block):
    for where, propose, gamma in (("delta_logp<=-1.5", "base", 0.5), ("random:0.1", "rl", -1.0)):
        lockstep = long_run(family, where, 1, propose=propose, gamma=gamma)
        assert 0.01 < lockstep.selected.sum() / lockstep.n_tokens.sum() < 0.45
        for batch_size in (64, 3):
            assert_same(long_run(family, where, block, batch_size, propose, gamma), lockstep)


@pytest.mark.parametrize("block", [4, 16])
@pytest.mark.parametrize("family", ["llama", "mistral"])
def test_the_identities_hold_for_drafts(run, sample_alone, family, block):
    for (where, gamma, propose), (model, stream) in POLICIES.items():
        decoded = run(family, where, gamma, propose=propose, block=block)
        assert responses(decoded) == sample_alone(family, model, stream, PLAIN), (where, gamma, propose)


@pytest.mark.parametrize("task", ["arithmetic", "pointer_tree"])
def test_a_toys_models_write_by_themselves_what_the_pair_writes_with_one_of_them_left(task):
    pair, steps = load_toy_pair(task), TASKS[task].max_new_tokens
    prompts = [pair.encode_prompt(problem.prompt) for problem in TASKS[task].problems(4, seed=1)]
    how = {"steps": steps, "end": pair.tokenizer.eos_token_id}
    texts = {
        (model, stream): by_itself(getattr(pair, model), prompts, stream, PLAIN, **how)
        for model, stream in set(POLICIES.values())
    }
    for (where, gamma, propose), (model, stream) in POLICIES.items():
        for block, batch_size in ((1, 64), (8, 1)):
            settings = {"max_new_tokens": steps, "batch_size": batch_size, "block": block, "propose": propose}
            decoded = decode(pair, prompts, Intervention(where, gamma), PLAIN, seed=SEED, **settings)
            assert responses(decoded) == texts[model, stream], (where, gamma, propose, block)


@pytest.mark.parametrize("task", ["arithmetic", "pointer_tree"])
def test_blocks_and_batches_do_not_matter_to_a_toy(task):
    pair, problems = load_toy_pair(task), TASKS[task].problems(24, seed=2)
    prompts = [pair.encode_prompt(problem.prompt) for problem in problems]
    settings = {"seed": 5, "max_new_tokens": TASKS[task].max_new_tokens}
    where = Intervention(parse("delta_logp<=-0.3"), 0.2)
    lockstep = decode(pair, prompts, where, PLAIN, batch_size=24, block=1, **settings)
    for block, batch_size in ((8, 24), (4, 5), (16, 1)):
        assert_same(decode(pair, prompts, where, PLAIN, batch_size=batch_size, block=block, **settings), lockstep)


def test_auto_drafts_eight_tokens_where_both_models_can_take_them_back(load_pair):
    assert [auto_block(load_pair(family)) for family in ("llama", "mistral", "mamba2")] == [8, 8, 1]


@pytest.mark.parametrize(("where", "drafts"), [(NOWHERE, True), (AtRandom(0.2), True), (EVERYWHERE, False)])
def test_nothing_is_drafted_while_half_of_all_tokens_are_selected(run, monkeypatch, where, drafts):
    lengths = []
    plain = run_module.draft
    monkeypatch.setattr(run_module, "draft", lambda *a: lengths.append(a[-1]) or plain(*a))
    run(where=where, block=4)
    assert lengths[0] == 4 and set(lengths[1:]) == ({4} if drafts else {1})


def test_no_prompts_give_no_rows(load_pair):
    intervention = Intervention(NOWHERE)
    decoded = decode(load_pair("llama"), [], intervention, Sampling(), seed=0, max_new_tokens=3, batch_size=2)
    assert decoded.token_ids.shape == (0, 3) and decoded.n_tokens.shape == (0,)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"prompt_ids": [[5], []]}, "prompt 1 has 0 tokens; expected 1 to 41"),
        ({"prompt_ids": [[5] * 42]}, "prompt 0 has 42 tokens; expected 1 to 41.* 7 new .* context of 48"),
        ({"max_new_tokens": 48}, "max_new_tokens is 48; expected 1 to 47, .* fits into a context of 48"),
        ({"block": 0}, "block is 0; expected 'auto' or the number of tokens to draft, at least 1"),
    ],
)
def test_what_cannot_be_decoded_is_refused(run, changed, message):
    with pytest.raises(ValueError, match=message):
        run(**changed)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"prompt_ids": ["1+2"]}, "prompt 0 is '1\\+2'; expected a list of ids"),
        ({"propose": "RL"}, "propose is 'RL'; expected 'base' or 'rl'"),
        ({"block": "8"}, "block is '8'; expected 'auto'"),
    ],
)
def test_values_of_another_type_are_refused_without_type_checks(load_pair, changed, message):
    settings = {"prompt_ids": [[5]], "seed": 0, "max_new_tokens": 3, "batch_size": 1} | changed
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(decode)(load_pair("llama"), intervention=Intervention(NOWHERE), sampling=PLAIN, **settings)


@pytest.mark.parametrize("model", ["base", "rl"])
def test_a_model_that_breaks_is_named_with_the_position(load_pair, run, model):
    pair = load_pair("gpt2")
    copied = ModelPair(copy.deepcopy(pair.base), copy.deepcopy(pair.rl), pair.tokenizer)
    longest = max(map(len, PROMPTS))
    with torch.no_grad():  # after the pair has examined its models
        getattr(copied, model).transformer.wpe.weight[longest + 2] = torch.nan
    with pytest.raises(ValueError, match=f"the {model} model gave .* not finite at response position 3 of prompt 5;"):
        run(pair=copied)


@pytest.mark.parametrize("where", [NOWHERE, AtRandom(0.3), EVERYWHERE])
@pytest.mark.parametrize("block", [1, 4])
def test_a_model_paired_with_itself_reads_once_and_writes_as_two_copies_do(load_pair, run, where, block):
    one, tokenizer = load_pair("llama").rl, load_pair("llama").tokenizer
    itself, copies = ModelPair(one, one, tokenizer), ModelPair(one, copy.deepcopy(one), tokenizer)
    first, second = itself.streams()
    assert first is second
    assert_same(run(pair=itself, where=where, block=block), run(pair=copies, where=where, block=block))


def test_where_memory_runs_out_rows_start_again_in_smaller_batches(run, monkeypatch, caplog):
    """It runs out in the middle of a batch, after tokens were written down."""
    expected, whole, rounds = run(), run_module._round, [0]

    def small(pair, job, caches, rows, *more):
        rounds[0] += 1
        if len(rows.number) > 3 and rounds[0] % 2 == 0:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(pair, job, caches, rows, *more)

    monkeypatch.setattr(run_module, "_round", small)
    assert_same(run(), expected)
    assert "out of memory: going on with 4 texts at a time" in caplog.messages


def test_every_token_that_is_written_is_counted(run, monkeypatch):
    counted = []
    monkeypatch.setattr(run_module, "count_tokens", counted.append)
    assert sum(counted) == 0 and run().n_tokens.sum() == sum(counted) > 0
