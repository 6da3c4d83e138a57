"""What is wrong with a model is seen when it is loaded, by no list of families."""

import gc
import weakref

import pytest
import torch
from accelerate.hooks import AlignDevicesHook, add_hook_to_module

from rlvr_direction.batches import forward, pad
from rlvr_direction.cache import OwnCacheStream, RollbackStream
from rlvr_direction.pair import ModelPair
from rlvr_direction.selfcheck import examine, output_layer, without_body

CAPPED_OR_SCALED = ("gemma2", "cohere", "granite")


@pytest.mark.parametrize("family", ["llama", "gpt2", "qwen3", "mistral", "gemma3", *CAPPED_OR_SCALED])
def test_attention_takes_tokens_back_and_a_head_that_caps_or_scales_is_noticed(random_model, family):
    head = without_body if family in CAPPED_OR_SCALED else output_layer
    assert examine(random_model(family)) == (head, RollbackStream)


@pytest.mark.parametrize("family", ["mamba2", "jamba", "gpt_neo"])
def test_recurrent_and_odd_models_keep_their_own_cache(random_model, family):
    assert examine(random_model(family)) == (output_layer, OwnCacheStream)


def test_a_model_whose_body_is_not_found_has_no_head(random_model):
    assert examine(random_model("llama4_text")).head is None


@pytest.mark.parametrize(
    "family, changed",
    [(family, {}) for family in ("llama", "qwen3_moe", "gemma3", "mamba2", "rwkv", *CAPPED_OR_SCALED)]
    + [("falcon_h1", {"lm_head_multiplier": 0.5})],
)
def test_without_its_body_a_model_makes_its_own_logits_of_hidden_states(random_model, family, changed):
    model = random_model(family, **changed)
    ids, mask = pad([[5, 9, 4, 7], [3, 8]], pad_id=0)
    with torch.inference_mode():
        logits = forward(model, ids, mask).logits[mask]
        states = forward(model.base_model, ids, mask).last_hidden_state[mask]
        torch.testing.assert_close(without_body(model)(states), logits, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("spread", [False, True], ids=["in one place", "spread over devices"])
def test_a_head_keeps_no_body_in_memory(random_model, spread):
    model = random_model("gemma2")
    if spread:
        add_hook_to_module(model, AlignDevicesHook("cpu", io_same_device=True))
    head, body = without_body(model), weakref.ref(model.base_model)
    forward(model, torch.tensor([[3]]), torch.tensor([[True]]))
    del model
    gc.collect()  # what spreads a model refers to it in a circle
    assert body() is None and head(torch.zeros(2, 32)).shape == (2, 22)


def test_half_precision_is_no_reason_to_refuse(random_model):
    assert examine(random_model("llama").to(torch.bfloat16)).stream is RollbackStream


@pytest.mark.parametrize("axis", [0, 1], ids=["other rows", "later tokens"])
def test_a_model_that_reads_what_it_must_not_is_refused(random_model, axis):
    model = random_model("gpt2")
    model.forward = lambda input_ids, **_: type(model).forward(model, input_ids=input_ids.flip(axis))
    with pytest.raises(ValueError, match=r"other predictions in a padded batch, or when more text follows, than alone"):
        examine(model)


def test_a_cache_that_is_read_wrong_leaves_scoring_alone(random_model, perturbed, tokenizer):
    base = random_model("llama")
    broken = perturbed(base)
    rotate = broken.model.rotary_emb.forward
    broken.model.rotary_emb.forward = lambda x, position_ids: rotate(x, position_ids - position_ids[:, :1])
    assert examine(broken) == (output_layer, None)
    pair = ModelPair(base, broken, tokenizer)
    assert not pair.supports_rollback
    with pytest.raises(ValueError, match="it can be scored, but not decoded"):
        pair.streams()
