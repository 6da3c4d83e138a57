"""Fixtures every test may use."""

import copy
import functools
import os
import sys

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

ALPHABET = "0123456789+-*=?:ab\n"
SPECIAL = ("<pad>", "<eos>", "<unk>")
VOCABULARY = len(SPECIAL) + len(ALPHABET)
COMMON = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 16,
    "intermediate_size": 64,
    "max_position_embeddings": 48,
    "initializer_range": 0.25,
    "tie_word_embeddings": False,
    "bos_token_id": None,
    "eos_token_id": 1,
    "pad_token_id": 0,
}
FAMILIES = {
    "llama": COMMON,
    "gpt2": COMMON | {"n_inner": 64, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0},
    "qwen2": COMMON,
    "qwen3": COMMON | {"tie_word_embeddings": True},
    "mistral": COMMON | {"sliding_window": 4},
    "gemma2": COMMON | {"sliding_window": 8, "query_pre_attn_scalar": 16, "final_logit_softcapping": 3.0},
    "cohere": COMMON | {"logit_scale": 0.25},
    "mamba2": COMMON | {"num_heads": 4, "head_dim": 16, "state_size": 8, "n_groups": 1, "chunk_size": 8, "expand": 2},
    "granite": COMMON | {"logits_scaling": 4.0},
}


@pytest.fixture(scope="session")
def tokenizer():
    """One token a character of `ALPHABET`, after three special ones; no chat template."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocabulary = {token: i for i, token in enumerate((*SPECIAL, *ALPHABET))}
    fast = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    fast.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), behavior="isolated")
    fast.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(tokenizer_object=fast, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>")


@pytest.fixture(scope="session")
def random_model():
    """A function (family, seed, overrides) -> a random causal model, wide enough that its policy is peaked."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    def build(family, *, seed=0, **overrides):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            config = AutoConfig.for_model(family, **FAMILIES[family] | overrides)
            return AutoModelForCausalLM.from_config(config).eval()

    return build


@pytest.fixture(scope="session")
def perturbed():
    """A function model -> a copy whose every weight moved a little, as RL moves a base."""
    import torch

    def perturb(model, *, seed=1, scale=0.06):
        moved, generator = copy.deepcopy(model), torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for weight in moved.parameters():
                weight.add_(scale * torch.randn(weight.shape, generator=generator))
        return moved

    return perturb


@pytest.fixture(scope="session")
def folders(tmp_path_factory, tokenizer, random_model, perturbed):
    """A function family -> the folders of a base and its RL model, as `save_pretrained` writes them."""

    @functools.cache
    def write(family):
        root = tmp_path_factory.mktemp(family)
        base = random_model(family)
        for name, model in {"base": base, "rl": perturbed(base)}.items():
            model.save_pretrained(root / name)
            tokenizer.save_pretrained(root / name)
        return root / "base", root / "rl"

    return write


@pytest.fixture(scope="session")
def load_pair(folders):
    """A function family -> the `ModelPair` of its folders."""
    from rlvr_direction.pair import ModelPair

    return functools.cache(lambda family: ModelPair.from_pretrained(*folders(family)))


@pytest.fixture
def call(monkeypatch):
    """A function: run the command line with these words, and `sys.argv` as a shell would set it."""

    from typer.testing import CliRunner

    from rlvr_direction.__main__ import app

    def run(*words):
        words = [str(word) for word in words]
        monkeypatch.setattr(sys, "argv", ["rlvr-direction", *words])
        return CliRunner().invoke(app, words)

    return run


@pytest.fixture
def refused():
    """A function: whether a command ended with exit code 2 and one sentence on one line that has this phrase."""

    def check(done, phrase):
        lines = done.stderr.strip().splitlines()
        return done.exit_code == 2 and len(lines) == 1 and lines[0].startswith("error: ") and phrase in lines[0]

    return check
