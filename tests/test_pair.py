import copy
import json
import shutil

import pytest
import torch

from rlvr_direction import pair as pair_module
from rlvr_direction.batches import Batch, pad, positions
from rlvr_direction.cache import Fed
from rlvr_direction.pair import ModelPair, predictions, states_at

LENGTHS = (9, 3, 14, 6)


@pytest.fixture
def rows():
    generator = torch.Generator().manual_seed(0)
    return [torch.randint(3, 22, (n,), generator=generator).tolist() for n in LENGTHS]


def own_logprobs(model, row, size=None):
    """What one model by itself says along one unpadded row."""
    with torch.inference_mode():
        return model(torch.tensor([row])).logits[0, :, :size].log_softmax(-1)


def close(seen, expected):
    torch.testing.assert_close(seen, expected, atol=1e-5, rtol=0)


def at_all(pair, ids, mask, wanted):
    parts = list(pair.at_tokens(ids, mask, wanted))
    logprobs = [torch.cat([part.logprobs[i] for part in parts]) for i in range(2)]
    return torch.cat([part.tokens for part in parts]), logprobs, parts


@pytest.mark.parametrize("chunk", [1, 100, 1 << 23])
@pytest.mark.parametrize("family", ["llama", "gpt2", "gemma2", "granite", "llama4_text"])
def test_at_tokens_is_the_full_prediction_at_the_wanted_places_whatever_the_chunk(
    load_pair, rows, family, chunk, monkeypatch
):
    monkeypatch.setattr(pair_module, "CHUNK_ELEMENTS", chunk)
    pair = load_pair(family)
    ids, mask = pad(rows, pad_id=pair.pad_id)
    wanted = mask & (torch.rand(mask.shape, generator=torch.Generator().manual_seed(1)) < 0.6)
    wanted[:, 0] = False
    with torch.inference_mode():
        tokens, seen, parts = at_all(pair, ids, mask, wanted)
    assert tokens.tolist() == ids[wanted].tolist()
    assert len(parts) == -(-len(tokens) // max(1, chunk // pair.vocab_size))
    for model, logprobs in zip(pair.models, seen, strict=True):
        whole = torch.cat([own_logprobs(model, row)[:-1] for row in rows])
        close(logprobs, whole[wanted[mask & (torch.arange(ids.shape[1]) > 0)]])


def test_states_read_earlier_and_the_head_alone_predict_what_the_pair_does(load_pair, rows):
    pair = load_pair("gemma2")
    ids, mask = pad(rows, pad_id=pair.pad_id)
    batch = Batch(ids, mask, mask & (torch.arange(ids.shape[1]) > 0))
    with torch.inference_mode():
        states = [states_at(model, batch) for model in pair.models]
        heads = [can.head(model) for can, model in zip(pair.capabilities, pair.models, strict=True)]
        (apart,), (both,) = predictions(batch, states, heads, pair.vocab_size), pair.at_tokens(*batch)
    assert all(map(torch.equal, (apart.tokens, *apart.logits), (both.tokens, *both.logits)))


def test_nothing_wanted_gives_no_predictions(load_pair, rows):
    pair = load_pair("llama")
    ids, mask = pad(rows, pad_id=pair.pad_id)
    assert list(pair.at_tokens(ids, mask, torch.zeros_like(mask))) == []


@pytest.mark.parametrize("family", ["llama", "gemma2"])
def test_different_vocabulary_rows_are_cut_to_the_tokenizer_and_the_lost_mass_is_reported(
    random_model, tokenizer, rows, family
):
    size = len(tokenizer)
    pair = ModelPair(random_model(family, vocab_size=size + 2), random_model(family, vocab_size=size + 7), tokenizer)
    assert pair.vocab_size == size
    ids, mask = pad(rows, pad_id=0)
    wanted = mask.clone()
    wanted[:, 0] = False
    with torch.inference_mode():
        _, seen, parts = at_all(pair, ids, mask, wanted)
    for i, model in enumerate(pair.models):
        close(seen[i], torch.cat([own_logprobs(model, row, size)[:-1] for row in rows]))
        lost = [own_logprobs(model, row).exp()[:-1, size:].sum(-1).max().item() for row in rows]
        assert max(part.cut_mass[i] for part in parts) == pytest.approx(max(lost), abs=1e-5)
        assert max(lost) > 0.01


def test_equally_many_rows_stay_all_also_those_without_a_token(random_model, perturbed, tokenizer, rows):
    base = random_model("llama", vocab_size=len(tokenizer) + 5)
    pair = ModelPair(base, perturbed(base), tokenizer)
    ids, mask = pad(rows, pad_id=0)
    with torch.inference_mode():
        parts = list(pair.at_tokens(ids, mask, mask & (torch.arange(ids.shape[1]) > 0)))
    cut = {part.cut_mass for part in parts}
    assert parts[0].logprobs.base.shape[-1] == pair.vocab_size == len(tokenizer) + 5
    assert cut == {(0.0, 0.0)}


def test_fewer_rows_than_tokens_are_refused(random_model, tokenizer):
    few, enough = random_model("llama", vocab_size=20), random_model("llama")
    with pytest.raises(ValueError, match=r"\[20, 22\] vocabulary rows, too few for the tokenizer's 22 tokens"):
        ModelPair(few, enough, tokenizer)


@pytest.mark.parametrize("family", ["llama", "mistral", "gemma2"])
def test_cached_streams_agree_with_a_full_forward_also_after_rows_left(load_pair, rows, family):
    pair = load_pair(family)
    grown = [[*row, 5, 7, 11, 4] for row in rows]
    with torch.inference_mode():
        for stream, model in zip(pair.streams(), pair.models, strict=True):
            expected = [own_logprobs(model, row) for row in grown]
            alive = list(range(len(rows)))
            ids, mask = pad(rows, pad_id=pair.pad_id, left=True)
            place = positions(mask)
            seen = stream.feed(Fed(ids, place, mask), keep=1)[:, 0]
            place = place[:, -1:]
            for step, token in enumerate([5, 7, 11, 4, None]):
                close(seen, torch.stack([expected[i][len(rows[i]) - 1 + step] for i in alive]))
                if step == 1:
                    kept = torch.tensor([2, 0])
                    stream.keep(kept)
                    alive, place = kept.tolist(), place[kept]
                if token is not None:
                    new = torch.full((len(alive), 1), token)
                    place = place + 1
                    seen = stream.feed(Fed(new, place, torch.ones_like(new, dtype=torch.bool)), keep=1)[:, 0]


def test_half_precision_folders_load_in_float32_unless_asked(folders, tmp_path):
    base, rl = (shutil.copytree(folder, tmp_path / folder.name) for folder in folders("llama"))
    for folder in (base, rl):
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"dtype": "bfloat16"}))
    assert {model.dtype for model in ModelPair.from_pretrained(base, rl).models} == {torch.float32}
    half = ModelPair.from_pretrained(base, rl, dtype=torch.bfloat16)
    assert {model.dtype for model in half.models} == {torch.bfloat16}
    ids = torch.tensor([[3, 4, 5]])
    with torch.inference_mode():
        (part,) = half.at_tokens(ids, torch.ones_like(ids, dtype=torch.bool), ids > 3)
    assert part.logprobs.base.dtype == torch.float32


def test_two_families_are_refused_before_a_model_is_loaded(folders, tokenizer, tmp_path, monkeypatch):
    rl = shutil.copytree(folders("llama")[1], tmp_path / "rl")
    written = (rl / "tokenizer.json").read_text(encoding="utf-8")
    (rl / "tokenizer.json").write_text(written.replace('"+"', '"plus"'), encoding="utf-8")
    monkeypatch.setattr(pair_module, "AutoModelForCausalLM", None)
    with pytest.raises(ValueError, match=r"token \d+ is '\+' in .*base and 'plus' in .*rl"):
        ModelPair.from_pretrained(folders("llama")[0], rl)


def test_the_context_is_that_of_the_shorter_model(random_model, tokenizer):
    pair = ModelPair(random_model("llama"), random_model("llama", max_position_embeddings=20), tokenizer)
    assert pair.context == 20


def test_a_prompt_goes_through_a_chat_template_where_there_is_one(load_pair, tokenizer):
    plain = load_pair("llama")
    chatty = copy.deepcopy(tokenizer)
    chatty.chat_template = (
        "{% for m in messages %}a:{{ m.content }}{% endfor %}{% if add_generation_prompt %}b:{% endif %}"
    )
    pair = ModelPair(plain.base, plain.rl, chatty)
    assert plain.encode_prompt("1+2") == tokenizer.convert_tokens_to_ids(list("1+2"))
    assert pair.encode_prompt("1+2") == tokenizer.convert_tokens_to_ids(list("a:1+2b:"))
    assert pair.encode_response("1+2") == plain.encode_prompt("1+2")


def test_messages_are_a_prompt_too(load_pair, tokenizer):
    chatty = copy.deepcopy(tokenizer)
    chatty.chat_template = "{% for m in messages %}{{ m.content }}:{% endfor %}"
    pair = ModelPair(load_pair("llama").base, load_pair("llama").rl, chatty)
    assert pair.encode_prompt([{"role": "user", "content": "1+2"}]) == pair.encode_prompt("1+2")


def test_a_model_inside_an_adapter_is_refused(random_model, tokenizer):
    model = random_model("llama")
    wrapped = type("PeftModel", (type(model),), {"merge_and_unload": lambda self: model})(model.config)
    with pytest.raises(
        ValueError, match=r"rl is a model inside an adapter \(PeftModel\); pass rl.merge_and_unload\(\)"
    ):
        ModelPair(model, wrapped, tokenizer)


def test_settings_that_are_not_followed_are_said(random_model, tokenizer):
    base, rl = random_model("llama"), random_model("llama")
    rl.generation_config.eos_token_id, rl.generation_config.repetition_penalty = [1, 2], 1.1
    with pytest.warns(UserWarning) as said:
        ModelPair(base, rl, tokenizer)
    ends, penalty = (str(warning.message) for warning in said)
    assert "base ends at token ids [1], rl at [1, 2]" in ends and "rl asks for a repetition penalty of 1.1" in penalty


@pytest.mark.parametrize(
    "changed, phrase",
    [
        ({"dtype": "half"}, "'half'; expected auto or one of fp32, bf16"),
        ({"device_map": "cuda:7"}, "the device map is cuda:7, but PyTorch sees no CUDA device"),
    ],
)
def test_a_dtype_or_device_that_is_not_there_is_refused_before_a_model_is_loaded(folders, monkeypatch, changed, phrase):
    monkeypatch.setattr(pair_module, "AutoModelForCausalLM", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=phrase):
        ModelPair.from_pretrained(*folders("llama"), **changed)


def test_a_family_whose_state_is_in_its_layers_is_refused_before_a_model_is_loaded(random_model, tmp_path, monkeypatch):
    random_model("recurrent_gemma").config.save_pretrained(tmp_path)
    monkeypatch.setattr(pair_module, "AutoModelForCausalLM", None)
    with pytest.raises(ValueError, match="is of the family recurrent_gemma, which keeps its state in its layers"):
        ModelPair.from_pretrained(tmp_path, tmp_path)


def test_where_memory_runs_out_half_as_many_texts_are_read_at_a_time(random_model, monkeypatch, caplog):
    model, whole = random_model("llama"), pair_module.forward
    ids = torch.arange(3, 19).view(4, 4)
    batch = Batch(ids, torch.ones_like(ids, dtype=torch.bool), ids > ids[:, :1])
    expected = states_at(model, batch)

    def small(module, ids, mask):
        if len(ids) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(module, ids, mask)

    monkeypatch.setattr(pair_module, "forward", small)
    torch.testing.assert_close(states_at(model, batch), expected, atol=1e-6, rtol=0)
    assert [message.split()[-5] for message in caplog.messages] == ["2", "1"]
