"""The model that a run trains: its number format, and the adapter in place of its weights."""

import pytest
import torch

from rlvr_direction.training import ReweightedGRPOConfig, TrainSettings
from rlvr_direction.training.model import adapter_config, load_model, trainer_config


@pytest.fixture
def settings(folders, tmp_path):
    """A function (options of `from_pretrained`, fields of GRPOConfig, settings) -> settings of a tiny model."""

    def make(options=None, *, grpo=None, **names):
        config = ReweightedGRPOConfig.dapo(str(tmp_path), model_init_kwargs=options, **(grpo or {}))
        return TrainSettings(folders("llama")[0], config, task="arithmetic", **names)

    return make


def test_options_of_the_model_are_obeyed_and_those_that_no_model_takes_refused(settings):
    assert load_model(settings()).dtype == torch.float32
    assert load_model(settings(dtype="bfloat16")).dtype == torch.bfloat16
    assert load_model(settings({"dtype": "bfloat16"})).dtype == torch.bfloat16
    assert load_model(settings({"torch_dtype": "bf16"}, dtype="bfloat16")).dtype == torch.bfloat16
    assert load_model(settings({"attn_implementation": "eager"})).config._attn_implementation == "eager"
    with pytest.raises(ValueError, match=r"model_init_kwargs: .*'no_such_option'; pass what from_pretrained takes"):
        load_model(settings({"no_such_option": 1}))


def test_an_adapter_has_the_rank_asked_for_and_a_scale_of_twice_it_unless_given(settings):
    assert adapter_config(settings()) is None
    config = adapter_config(settings(lora=16))
    assert (config.r, config.lora_alpha, config.lora_dropout, config.target_modules) == (16, 32, 0.0, "all-linear")
    assert adapter_config(settings(lora=16, lora_alpha=8)).lora_alpha == 8


def test_only_a_reference_model_still_needs_the_models_options(settings):
    options = {"attn_implementation": "eager", "dtype": "bfloat16"}
    asked = settings(options, grpo={"beta": 0.1})
    assert trainer_config(asked).model_init_kwargs == {"attn_implementation": "eager"}
    assert asked.grpo.model_init_kwargs == options
    for other in (settings(options), settings(options, grpo={"beta": 0.1}, lora=4)):
        assert trainer_config(other).model_init_kwargs is None
