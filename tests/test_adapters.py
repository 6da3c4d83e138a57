"""RL as an adapter: the base's weights are held once, and the base stays what it was."""

import json

import pytest
import torch
from peft import LoraConfig, PrefixTuningConfig, get_peft_model

from rlvr_direction.adapters import adapted, is_adapter, with_adapter
from rlvr_direction.decoding import decode
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.scoring import score_tokens

TEXTS = [{"prompt": "1+2=", "response": "3"}, {"prompt": "12*3=", "response": "36"}]
LINEAR = {  # the layers that peft can adapt in families of which it cannot adapt every linear one
    **dict.fromkeys(("mamba", "mamba2", "falcon_mamba"), ("in_proj",)),
    **dict.fromkeys(("jamba", "falcon_h1", "nemotron_h"), ("in_proj", "q_proj", "v_proj")),
    "llama4_text": ("q_proj", "v_proj"),
}


@pytest.fixture
def lora(folders, tmp_path):
    """A function family -> a base folder, a random adapter of it in a folder, and the merged model."""
    from transformers import AutoModelForCausalLM

    def build(family, targets="all-linear", **options):
        folder = folders(family)[0]
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        config = LoraConfig(r=4, target_modules=targets, task_type="CAUSAL_LM", **options)
        adapter = get_peft_model(model, config)
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for name, weight in adapter.named_parameters():
                if "lora_" in name:
                    weight.copy_(torch.randn(weight.shape, generator=generator) * 0.3)
        adapter.save_pretrained(tmp_path / "adapter")
        return folder, tmp_path / "adapter", adapter.merge_and_unload().eval()

    return build


@pytest.mark.shows("adapter", of=["attention", "recurrent"])
def test_a_pair_with_an_adapter_scores_and_decodes_as_the_merged_pair_does(lora, load_pair, family):
    base, adapter, merged = lora(family, targets=LINEAR.get(family, "all-linear"))
    pair = ModelPair.from_pretrained(base, adapter, adapter=True)
    whole = ModelPair(load_pair(family).base, merged, pair.tokenizer)
    ours, theirs = (score_tokens(of, TEXTS, batch_size=2) for of in (pair, whole))
    assert (ours["logp_base"] - theirs["logp_base"]).abs().max() < 1e-5
    assert (ours["logp_rl"] - theirs["logp_rl"]).abs().max() < 1e-4
    assert ours["delta_logp"].abs().max() > 0.1
    prompts = [pair.encode_prompt("1+2=")] * 3
    how = {"seed": 0, "sample_ids": [0, 1, 2], "problem_ids": [0] * 3, "max_new_tokens": 12, "batch_size": 3}
    texts = [decode(of, prompts, Intervention("delta_logp<=-0.1"), Sampling(), **how).token_ids for of in (pair, whole)]
    assert texts[0].tolist() == texts[1].tolist()


@pytest.mark.parametrize("tied", [True, False])
def test_every_weight_of_the_base_is_held_once(lora, tied):
    base, adapter, _ = lora("qwen3" if tied else "llama")
    pair = ModelPair.from_pretrained(base, adapter)
    ours, theirs = ({p.data_ptr() for p in model.parameters()} for model in pair.models)
    assert ours <= theirs
    added = [name for name, p in pair.rl.named_parameters() if p.data_ptr() not in ours]
    assert added and all("lora_" in name for name in added)
    assert not any("lora_" in name for name, _ in pair.base.named_parameters())


def test_an_adapter_of_the_output_layer_is_read_too(lora):
    base, adapter, merged = lora("llama", targets=["lm_head", "q_proj"])
    pair = ModelPair.from_pretrained(base, adapter)
    ours = score_tokens(pair, TEXTS, batch_size=2)["logp_rl"]
    theirs = score_tokens(ModelPair(pair.base, merged, pair.tokenizer), TEXTS, batch_size=2)["logp_rl"]
    assert (ours - theirs).abs().max() < 1e-4


def test_an_adapter_is_known_by_its_folder_and_names_its_base(folders, tmp_path):
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "some/base"}')
    assert is_adapter(tmp_path) and adapted(tmp_path) == "some/base"
    assert not is_adapter(folders("llama")[0]) and not is_adapter("no/such-model")


def test_what_is_no_adapter_is_refused_where_one_was_asked_for(folders):
    base, rl = folders("llama")
    with pytest.raises(ValueError, match="is no adapter"):
        ModelPair.from_pretrained(base, rl, adapter=True)


def test_an_adapter_of_another_shape_is_refused(lora, folders, random_model):
    _, adapter, _ = lora("llama")
    with pytest.raises(ValueError, match=r"adapter does not fit the base: .*size mismatch for .*lora_A"):
        with_adapter(random_model("llama", hidden_size=16), adapter)
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps(config | {"target_modules": ["nowhere_proj"]}))
    with pytest.raises(ValueError, match="adapter does not fit the base"):
        with_adapter(random_model("llama"), adapter)


def test_learnt_vectors_before_the_text_are_refused(random_model, tmp_path):
    model = get_peft_model(random_model("llama"), PrefixTuningConfig(num_virtual_tokens=3, task_type="CAUSAL_LM"))
    model.save_pretrained(tmp_path / "prefix")
    with pytest.raises(ValueError, match="puts learnt vectors before the text"):
        with_adapter(random_model("llama"), tmp_path / "prefix")
