import shutil

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer, BloomConfig, BloomForCausalLM

from rlvr_direction.checkpoints import context_length, load_part, same_tokenizer


def refusal(error, call, *arguments, **named):
    """The message of the refusal, which is one sentence on one line."""
    with pytest.raises(error) as caught:
        call(*arguments, **named)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("auto", [AutoTokenizer, AutoModelForCausalLM])
@pytest.mark.parametrize("name", ["no-such-folder/at-all", "/no/such/folder", "not a name"])
def test_a_name_that_is_neither_folder_nor_on_the_hub_is_refused(auto, name):
    assert f"no model at {name}" in refusal(FileNotFoundError, load_part, auto, name)


def test_a_folder_without_a_configuration_is_refused(tmp_path):
    message = refusal(FileNotFoundError, load_part, AutoTokenizer, tmp_path)
    assert str(tmp_path) in message and "config.json" in message


@pytest.mark.parametrize(
    "auto, missing", [(AutoModelForCausalLM, "model.safetensors"), (AutoTokenizer, "tokenizer.json")]
)
def test_half_a_checkpoint_is_refused_as_such(folders, tmp_path, auto, missing):
    folder = shutil.copytree(folders("llama")[0], tmp_path / "half")
    (folder / missing).unlink()
    assert str(folder) in refusal(ValueError, load_part, auto, folder)


def test_options_that_are_none_are_left_out_and_others_reach_transformers(folders):
    model = load_part(AutoModelForCausalLM, folders("llama")[0], revision=None, dtype="bfloat16")
    assert str(model.dtype) == "torch.bfloat16"


def test_a_tokenizer_agrees_with_itself(tokenizer):
    same_tokenizer(tokenizer, tokenizer, base_name="one", rl_name="two")


@pytest.mark.parametrize("swapped", [False, True])
def test_the_first_token_that_differs_is_named(tokenizer, folders, swapped):
    longer = AutoTokenizer.from_pretrained(folders("llama")[0])
    longer.add_tokens(["more", "most"])
    first, second = (longer, tokenizer) if swapped else (tokenizer, longer)
    message = refusal(ValueError, same_tokenizer, first, second, base_name="one", rl_name="two")
    here, there = ("'more'", "None") if swapped else ("None", "'more'")
    assert f"token {len(tokenizer)} is {here} in one and {there} in two" in message


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_the_context_is_what_the_configuration_says(random_model, family):
    assert context_length(random_model(family, max_position_embeddings=40)) == 40


def test_a_configuration_without_a_limit_has_none():
    config = BloomConfig(vocab_size=8, hidden_size=8, n_layer=1, n_head=2)
    assert context_length(BloomForCausalLM(config)) > 10**9
