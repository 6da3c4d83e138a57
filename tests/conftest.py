"""Fixtures every test may use."""

import copy
import functools
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time

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
WINDOW = {"sliding_window": 4}
MIXED = {"layer_types": ["sliding_attention", "full_attention"]}
EXPERTS = {"moe_intermediate_size": 24, "num_experts": 4, "num_local_experts": 4, "num_experts_per_tok": 2}
SCALED = {"rope_theta": 100.0, "original_max_position_embeddings": 12}
LONGROPE = SCALED | {"rope_type": "longrope", "short_factor": [1.0] * 8, "long_factor": [4.0] * 8}
YARN = SCALED | {"rope_type": "yarn", "factor": 4.0}
LLAMA3 = SCALED | {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
GEMMA3 = COMMON | MIXED | WINDOW | {"query_pre_attn_scalar": 16}
VISION = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
MLA = {"kv_lora_rank": 8, "q_lora_rank": 16, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 16}
MAMBA = {
    **{"state_size": 8, "num_heads": 4, "head_dim": 16, "n_groups": 1, "chunk_size": 8, "expand": 2},
    **{"mamba_d_state": 8, "mamba_n_heads": 4, "mamba_d_head": 16, "mamba_n_groups": 1, "mamba_chunk_size": 8},
    **{
        "mamba_num_heads": 4,
        "mamba_head_dim": 16,
        "mamba_dt_rank": 4,
        "time_step_rank": 4,
        "mamba_expand": 2,
        "use_mamba_kernels": False,
    },
}
DELTA = {f"linear_{name}": 2 for name in ("num_key_heads", "num_value_heads")}
DELTA |= {"linear_key_head_dim": 8, "linear_value_head_dim": 8, "layer_types": ["linear_attention", "full_attention"]}
ATTENTION = {
    "llama": COMMON | {"rope_parameters": LLAMA3},
    "qwen2": COMMON,
    "qwen3": COMMON | {"tie_word_embeddings": True},
    "qwen3_moe": COMMON | EXPERTS,
    "mistral": COMMON | WINDOW,
    "mixtral": COMMON | EXPERTS,
    "gemma2": COMMON | {"sliding_window": 8, "query_pre_attn_scalar": 16, "final_logit_softcapping": 3.0},
    "gemma3": COMMON | {"text_config": GEMMA3, "vision_config": VISION},
    "phi3": COMMON | {"rope_parameters": LONGROPE, "original_max_position_embeddings": 12},
    "gpt_neox": COMMON,
    "olmo2": COMMON,
    "olmo3": COMMON | MIXED | WINDOW,
    "granite": COMMON | {"logits_scaling": 4.0},
    "deepseek_v3": COMMON
    | EXPERTS
    | MLA
    | {
        "head_dim": 8,
        "num_key_value_heads": 2,
        "n_routed_experts": 4,
        "n_group": 1,
        "topk_group": 1,
        "first_k_dense_replace": 1,
    },
    "smollm3": COMMON | {"no_rope_layers": [1, 0]},
    "gpt_oss": COMMON | EXPERTS | MIXED | WINDOW | {"rope_parameters": YARN},
    "gpt2": COMMON | {"n_inner": 64, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0},
    "cohere": COMMON | {"logit_scale": 0.25},
}
RECURRENT = {
    "mamba": COMMON | MAMBA,
    "mamba2": COMMON | MAMBA,
    "falcon_mamba": COMMON | MAMBA,
    "jamba": COMMON | MAMBA | EXPERTS | {"attn_layer_period": 2, "attn_layer_offset": 1},
    "bamba": COMMON | MAMBA | {"attn_layer_indices": [1]},
    "falcon_h1": COMMON | MAMBA | {"mamba_d_ssm": 64},
    "zamba": COMMON | MAMBA | {"n_mamba_heads": 2, "layers_block_type": ["mamba", "hybrid"]},
    "zamba2": COMMON | MAMBA | {"n_mamba_heads": 4, "mamba_ngroups": 1, "layers_block_type": ["mamba", "hybrid"]},
    "granitemoehybrid": COMMON | MAMBA | EXPERTS | {"layer_types": ["mamba", "attention"]},
    "nemotron_h": COMMON
    | MAMBA
    | {"layers_block_type": ["mamba", "attention"], "mamba_num_heads": 4, "mamba_head_dim": 16},
    "qwen3_next": COMMON | EXPERTS | DELTA | {"shared_expert_intermediate_size": 24},
    "qwen3_5_text": COMMON | DELTA,
    "olmo_hybrid": COMMON | DELTA,
    "lfm2": COMMON | {"layer_types": ["conv", "full_attention"]},
    "llama4_text": COMMON | EXPERTS | {"attention_chunk_size": 4, "num_hidden_layers": 4},
    "gpt_neo": COMMON | {"window_size": 4, "attention_types": [[["global", "local"], 1]], "num_layers": 2},
}
SCORED_ONLY = {
    "minimax": COMMON | EXPERTS | {"block_size": 8, "layer_types": ["linear_attention", "full_attention"]},
    "recurrent_gemma": COMMON
    | {"lru_width": 32, "attention_window_size": 4, "block_types": ["recurrent", "attention"]},
    "rwkv": COMMON | {"attention_hidden_size": 32},
}
FAMILIES = ATTENTION | RECURRENT | SCORED_ONLY
BROWSER = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # a page that asks another host is not served
)
KINDS = {"attention": ATTENTION, "recurrent": RECURRENT, "scored only": SCORED_ONLY}


def pytest_generate_tests(metafunc):
    """Run a test marked `shows(*properties, of=...)` for each `family`: those of a kind, or families by their names."""
    for mark in metafunc.definition.iter_markers("shows"):
        metafunc.parametrize("family", [family for name in mark.kwargs["of"] for family in KINDS.get(name, [name])])


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
            model = AutoModelForCausalLM.from_config(config).eval()
            for name, weight in model.named_parameters():
                if "sink" in name or (weight.dim() > 1 and weight.std() < 0.1):
                    torch.nn.init.normal_(weight, std=0.25)
            return model

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


@pytest.fixture(scope="module")
def open_browser(tmp_path_factory):
    """A function: start Chromium, without a screen, with these preferences."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver) and os.environ.get("CI") != "true":
        pytest.skip("needs chromium and chromedriver: apt-get install chromium chromium-driver")
    opened = []

    def start(**preferences):
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (*BROWSER, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        opened.append(webdriver.Chrome(options=options, service=Service(driver)))
        return opened[-1]

    yield start
    for browser in opened:
        browser.quit()


@pytest.fixture(scope="module")
def browser(open_browser):
    """One browser for the tests of a file."""
    return open_browser()


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


@pytest.fixture(scope="session")
def killed():
    """A function: run `make(settings)` in a process that is killed within `seconds` of its next file in a folder."""
    context, moments = multiprocessing.get_context("forkserver"), random.Random(0)
    context.set_forkserver_preload(["rlvr_direction.audit.run"])

    def kill(make, settings, folder, *, seconds):
        before = sorted(folder.rglob("*"))
        process = context.Process(target=make, args=(settings,))
        process.start()
        while process.is_alive() and sorted(folder.rglob("*")) == before:
            time.sleep(0.01)
        process.join(moments.uniform(0, seconds))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL

    return kill
