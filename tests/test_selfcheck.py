"""What is wrong with a model is seen when it is loaded, by no list of families."""

import pytest
import torch

from rlvr_direction.cache import OwnCacheStream, RollbackStream
from rlvr_direction.pair import ModelPair
from rlvr_direction.selfcheck import examine


@pytest.mark.parametrize("family", ["llama", "gpt2", "qwen3", "mistral", "gemma2", "gemma3", "cohere", "granite"])
def test_attention_takes_tokens_back_and_a_head_that_caps_or_scales_is_noticed(random_model, family):
    assert examine(random_model(family)) == (family not in ("gemma2", "cohere", "granite"), RollbackStream)


@pytest.mark.parametrize("family", ["mamba2", "jamba", "gpt_neo"])
def test_recurrent_and_odd_models_keep_their_own_cache(random_model, family):
    assert examine(random_model(family)) == (True, OwnCacheStream)


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
    assert examine(broken) == (True, None)
    pair = ModelPair(base, broken, tokenizer)
    assert not pair.supports_rollback
    with pytest.raises(ValueError, match="it can be scored, but not decoded"):
        pair.streams()
