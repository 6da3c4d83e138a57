"""Peak memory of `score_tokens` with a vocabulary of 152,000, above the weights and both models' hidden states.

    python benchmarks/memory.py [--texts 8]

Logits for all 512 positions of all 8 texts would take 5 GB for both models; projecting them chunk by chunk must stay
below 1.5 GB.
"""

import argparse
import resource
from time import perf_counter

import psutil
import torch
from transformers import AutoModelForCausalLM, Qwen3Config

from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys.recipe import tokenizer_for
from rlvr_direction.pair import ModelPair
from rlvr_direction.scoring import score_tokens

VOCABULARY, HIDDEN, LENGTH, LIMIT = 152_000, 64, 512, 1.5e9


def wide_pair() -> ModelPair:
    """Two small random models over a vocabulary as large as Qwen's."""
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        head_dim=16,
        intermediate_size=4 * HIDDEN,
        max_position_embeddings=LENGTH + 1,
        tie_word_embeddings=True,
    )
    models = [AutoModelForCausalLM.from_config(config, dtype=torch.float32) for _ in range(2)]
    return ModelPair(*models, tokenizer_for(TASKS["arithmetic"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=8)
    n = parser.parse_args().texts
    pair = wide_pair()
    generator = torch.Generator().manual_seed(0)
    responses = torch.randint(VOCABULARY, (n, LENGTH), generator=generator).tolist()
    texts = [{"prompt": "1", "response_ids": response} for response in responses]
    hidden_states = 2 * n * (LENGTH + 1) * HIDDEN * 4
    before, start = psutil.Process().memory_info().rss, perf_counter()
    table = score_tokens(pair, texts, batch_size=n)
    seconds = perf_counter() - start
    above = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before - hidden_states
    print(f"{len(table)} positions, vocabulary {VOCABULARY}, float32, {seconds:.0f} s")
    print(f"memory before (weights, libraries)       {before / 1e9:.2f} GB")
    print(f"hidden states of both models             {hidden_states / 1e9:.3f} GB")
    print(f"peak above these                         {above / 1e9:.2f} GB (limit {LIMIT / 1e9} GB)")


if __name__ == "__main__":
    main()
