import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from huggingface_hub import errors
from safetensors.torch import load_file, save_file
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    BloomConfig,
    BloomForCausalLM,
    GenerationConfig,
)

from rlvr_direction.checkpoints import (
    check_model,
    common_rows,
    context_length,
    load_part,
    torch_dtype,
    warn_of_settings,
)


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
    assert str(folder) in refusal((ValueError, FileNotFoundError), load_part, auto, folder)


def test_options_that_are_none_are_left_out_and_others_reach_transformers(folders):
    model = load_part(AutoModelForCausalLM, folders("llama")[0], revision=None, dtype="bfloat16")
    assert str(model.dtype) == "torch.bfloat16"


ANSWER = SimpleNamespace(headers={}, request=None)


@pytest.mark.parametrize(
    "cause, phrase",
    [
        (errors.GatedRepoError("no", response=ANSWER), "some/model is gated: ask for access"),
        (errors.RevisionNotFoundError("no", response=ANSWER), "some/model has no revision v9"),
        (
            errors.RepositoryNotFoundError("no", response=ANSWER),
            "nor a name on the Hugging Face Hub; check both",
        ),
        (errors.LocalEntryNotFoundError("no"), "and the Hugging Face Hub cannot be reached"),
        (errors.OfflineModeIsEnabled("no"), "and the Hugging Face Hub cannot be reached"),
        (errors.RemoteEntryNotFoundError("no", response=ANSWER), "is no checkpoint of transformers: it failed"),
    ],
)
def test_each_reason_why_the_hub_gives_nothing_has_its_own_sentence(monkeypatch, cause, phrase):
    def fail(*_, **__):
        raise OSError("it failed\nwith more lines") from cause  # as transformers wraps it

    monkeypatch.setattr(AutoTokenizer, "from_pretrained", fail)
    assert phrase in refusal(FileNotFoundError, load_part, AutoTokenizer, "some/model", revision="v9")


def test_what_is_no_whole_checkpoint_is_called_by_its_name(folders, tmp_path):
    adapter, gguf, bare = (tmp_path / name for name in ("adapter", "gguf", "bare"))
    for folder in (adapter, gguf, bare):
        folder.mkdir()
    (adapter / "adapter_config.json").write_text('{"base_model_name_or_path": "some/base"}')
    (gguf / "model-q4.gguf").touch()
    shutil.copy(folders("llama")[0] / "config.json", bare)
    for auto in (AutoModelForCausalLM, AutoTokenizer):
        message = refusal(ValueError, load_part, auto, adapter)
        assert "an adapter for some/base, not a model; pass it as RL of a pair" in message
        for name in (gguf, gguf / "model-q4.gguf"):
            assert "GGUF" in refusal(ValueError, load_part, auto, name)
    assert "without tokenizer files" in refusal(FileNotFoundError, load_part, AutoTokenizer, bare)


def test_a_dtype_goes_by_its_short_and_its_long_name():
    assert torch_dtype("bf16") is torch_dtype("bfloat16") is torch_dtype(torch.bfloat16) is torch.bfloat16
    assert torch_dtype("auto") == "auto"


def test_equal_settings_are_not_worth_a_word(recwarn):
    warn_of_settings(GenerationConfig(eos_token_id=[1]), GenerationConfig(eos_token_id=1, repetition_penalty=1.0))
    warn_of_settings(None, GenerationConfig())
    assert not recwarn


def test_the_context_of_a_nested_language_model_is_found(random_model):
    assert context_length(random_model("gemma3")) == 48


@pytest.mark.parametrize("rows, shared", [((30, 30), 30), ((25, 30), 22), ((22, 30), 22)])
def test_models_share_all_rows_if_they_have_equally_many_and_else_the_tokenizers(tokenizer, rows, shared):
    assert common_rows(rows, tokenizer) == shared
    assert "[20, 30] vocabulary rows, too few" in refusal(ValueError, common_rows, [30, 20], tokenizer)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_the_context_is_what_the_configuration_says(random_model, family):
    assert context_length(random_model(family, max_position_embeddings=40)) == 40


def test_a_configuration_without_a_limit_has_none():
    config = BloomConfig(vocab_size=8, hidden_size=8, n_layer=1, n_head=2)
    assert context_length(BloomForCausalLM(config)) > 10**9


def test_weights_that_are_missing_or_cut_short_are_refused(folders, tmp_path):
    folder = Path(shutil.copytree(folders("llama")[0], tmp_path / "part"))
    file = folder / "model.safetensors"
    tensors = load_file(file)
    save_file({name: t for name, t in tensors.items() if "layers.1.mlp.up" not in name}, file, {"format": "pt"})
    with pytest.raises(ValueError, match=r"lacks 1 of the model's weights, model.layers.1.mlp.up_proj\.weight"):
        load_part(AutoModelForCausalLM, folder)
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(ValueError, match="lacks what AutoModelForCausalLM loads"):
        load_part(AutoModelForCausalLM, folder)


@pytest.mark.parametrize("family", ["qwen3", "gpt2", "gemma2"])
def test_tied_weights_are_not_missing(folders, family):
    assert load_part(AutoModelForCausalLM, folders(family)[0]).get_output_embeddings() is not None


def test_a_device_that_is_none_is_refused(folders):
    with pytest.raises(ValueError, match="the device map is 'nonsense'; expected auto, cpu, cuda"):
        check_model(folders("llama")[0], revision=None, device_map="nonsense")


@pytest.mark.skipif(torch.xpu.is_available(), reason="this device is there")
def test_a_device_that_this_machine_lacks_is_refused(folders):
    with pytest.raises(ValueError, match="the device map is xpu:3, which cannot be used here"):
        check_model(folders("llama")[0], device_map="xpu:3")


def test_an_attention_that_is_not_there_is_called_by_its_name(folders):
    with pytest.raises(ValueError, match=r"cannot be loaded as asked for: .*nonsense"):
        load_part(AutoModelForCausalLM, folders("llama")[0], attn_implementation="nonsense")


def test_a_configuration_that_is_no_object_is_refused(folders, tmp_path):
    folder = Path(shutil.copytree(folders("llama")[0], tmp_path / "list"))
    (folder / "config.json").write_text("[]")
    assert "lacks what AutoConfig loads" in refusal(ValueError, load_part, AutoConfig, folder)


def test_weights_that_can_run_code_are_refused(folders, tmp_path):
    folder = Path(shutil.copytree(folders("llama")[0], tmp_path / "old"))
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    message = refusal(ValueError, load_part, AutoModelForCausalLM, folder)
    assert "pickled .bin files" in message and "save_pretrained, which writes safetensors" in message
    assert refusal(ValueError, check_model, folder) == message  # known before the other model is loaded


def test_code_that_a_checkpoint_brings_is_not_run_unless_asked(folders, tmp_path):
    folder = Path(shutil.copytree(folders("llama")[0], tmp_path / "own"))
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "model_type": "theirs",
        "auto_map": {"AutoConfig": "theirs.Config", "AutoModelForCausalLM": "theirs.Model"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "theirs.py").write_text("raise SystemExit('their code was run')")
    for auto in (AutoModelForCausalLM, AutoConfig):
        assert "brings code of its own" in refusal(ValueError, load_part, auto, folder)
