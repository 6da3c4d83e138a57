"""The random pair: a real architecture with a byte-level tokenizer and a chat template, and RL near its base."""

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from rlvr_direction.lab.toys import random_pair
from rlvr_direction.pair import ModelPair
from rlvr_direction.prompts import render

FILES = ("model.safetensors", "tokenizer.json", "config.json")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return random_pair(tmp_path_factory.mktemp("random"), seed=3)


def contents(folders):
    return [(folder / name).read_bytes() for folder in folders for name in FILES]


def test_it_loads_as_any_pair_does_and_has_a_row_for_every_token(made):
    pair = ModelPair.from_pretrained(*made)
    assert pair.base.config.model_type == pair.rl.config.model_type == "qwen3"
    assert pair.base.config.vocab_size == len(pair.tokenizer) == 600
    assert pair.base.config.eos_token_id == pair.tokenizer.convert_tokens_to_ids("<|im_end|>")


@pytest.mark.parametrize("text", ["naïve ∀x∈Ω 日本語 🙂\n\t\u202e", " a , b ' s  .", "<|im_start", ""])
def test_every_text_survives_its_tokens(made, text):
    tokenizer = AutoTokenizer.from_pretrained(made[0])
    assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_a_problem_is_put_as_a_chat_message(made):
    tokenizer = AutoTokenizer.from_pretrained(made[1])
    shown = "<|im_start|>user\nWhat is 1+1?<|im_end|>\n<|im_start|>assistant\n"
    assert render(tokenizer, "What is 1+1?") == shown
    assert tokenizer(shown).input_ids[0] == tokenizer.convert_tokens_to_ids("<|im_start|>")


def test_rl_is_its_base_with_a_little_noise_on_every_weight(made):
    base, rl = (dict(AutoModelForCausalLM.from_pretrained(folder).named_parameters()) for folder in made)
    moved = [rl[name] - weight for name, weight in base.items()]
    assert all((weight != 0).float().mean() > 0.99 for weight in moved)
    assert torch.cat([weight.flatten() for weight in moved]).std().item() == pytest.approx(0.03, rel=0.02)


def test_a_seed_says_which_pair_it_is_and_the_global_generator_is_left_alone(made, tmp_path):
    before = torch.get_rng_state()
    again, other = (random_pair(tmp_path / str(seed), seed=seed) for seed in (3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert contents(again) == contents(made)
    assert (other[0] / FILES[0]).read_bytes() != (made[0] / FILES[0]).read_bytes()
