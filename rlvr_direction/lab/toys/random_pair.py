"""Two small random models of a real architecture: they know nothing and test the code."""

from copy import deepcopy
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys.recipe import tokenizer_for
from rlvr_direction.pair import ModelPair

__all__ = ["random_pair", "wide_pair"]

ENDS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SIZES = {
    **{"hidden_size": 64, "num_hidden_layers": 2, "intermediate_size": 128, "max_position_embeddings": 512},
    **{"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "initializer_range": 0.2},
}
MOVED = 0.03  # standard deviation of what is added to each weight of the base
APART = 0.1  # of what RL adds to a logit of a wide pair, as a share of the logit's own


def random_pair(folder: Path, *, seed: int) -> tuple[Path, Path]:
    """Save a base and an RL model of Qwen3's architecture below a folder, and return their folders.

    The tokenizer is a byte-level BPE of 600 tokens with a ChatML template; RL is the base with a little noise on every
    weight.
    """
    tokenizer = _tokenizer(
        [text for pair in TASKS["worded"].corpus(200, seed=seed) for text in (pair[0].prompt, pair[1])]
    )
    ids = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id, "bos_token_id": None}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(
            AutoConfig.for_model("qwen3", vocab_size=len(tokenizer), **ids, **SIZES)
        )
        for name in ("base", "rl"):
            model.save_pretrained(folder / name)
            tokenizer.save_pretrained(folder / name)
            with torch.no_grad():
                for weight in model.parameters():
                    weight.add_(MOVED * torch.randn_like(weight))
    return folder / "base", folder / "rl"


def wide_pair(vocab_size: int, *, spread: float, seed: int, **sizes: int | float) -> ModelPair:
    """Two random models over a vocabulary as large as you like, in memory; `sizes` replace those of the architecture.

    At every position the base's logits are nearly normal with the standard deviation `spread`: the higher, the more
    peaked. RL adds a tenth of that to each. The tokenizer is the arithmetic toy's, so most tokens have no text.
    """
    config = AutoConfig.for_model("qwen3", vocab_size=vocab_size, tie_word_embeddings=False, **SIZES | sizes)
    std = spread / config.hidden_size**0.5
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        base = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        base.lm_head.weight.normal_(std=std)
        rl = deepcopy(base)
        rl.lm_head.weight.normal_(std=APART * std).add_(base.lm_head.weight)
    return ModelPair(base, rl, tokenizer_for(TASKS["arithmetic"]))


def _tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    fast = Tokenizer(models.BPE())
    fast.pre_tokenizer, fast.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=[*ENDS], initial_alphabet=alphabet, show_progress=False
    )
    fast.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=fast, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=CHATML
    )
