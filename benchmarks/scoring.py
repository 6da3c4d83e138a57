"""How much `score_tokens` costs over the two forward passes that it cannot do without, as a ratio in one run.

Both sides run the toy pair over the same padded batches of 64. The bare side makes every logit of both models and
throws them away. Alternating the two cancels what else the machine does. Run: python benchmarks/scoring.py
"""

from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from rlvr_direction.batches import pad
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys.recipe import RECIPES, tokenizer_for
from rlvr_direction.pair import ModelPair
from rlvr_direction.scoring import score_tokens

TEXTS, BATCH, ROUNDS, LIMIT = 512, 64, 15, 1.25


def toy_pair() -> ModelPair:
    """The committed toy pair, or while there is none, random models of its shape: the arithmetic is the same."""
    if Path(__file__).parents[1].joinpath("book/data/toys/arithmetic").is_dir():
        from rlvr_direction.lab.toys import load_toy_pair

        return load_toy_pair("arithmetic")
    tokenizer = tokenizer_for(TASKS["arithmetic"])
    config = RECIPES["arithmetic"].config(tokenizer)
    return ModelPair(*(AutoModelForCausalLM.from_config(config) for _ in range(2)), tokenizer)


def padded_batches(pair: ModelPair, texts: list[dict[str, str]]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    rows = [pair.encode_prompt(text["prompt"]) + pair.encode_response(text["response"]) for text in texts]
    rows.sort(key=len)
    return [pad(rows[i : i + BATCH], pad_id=pair.pad_id) for i in range(0, len(rows), BATCH)]


@torch.inference_mode()
def bare_forwards(pair: ModelPair, batches: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
    for ids, mask in batches:
        for model in pair.models:
            _ = model(input_ids=ids, attention_mask=mask.long(), use_cache=False).logits


def seconds(call, *arguments, **named) -> float:
    start = perf_counter()
    call(*arguments, **named)
    return perf_counter() - start


def main() -> None:
    pair = toy_pair()
    texts = [{"prompt": p.prompt, "response": r} for p, r in TASKS["arithmetic"].corpus(TEXTS, seed=0)]
    batches = padded_batches(pair, texts)
    times = np.array(
        [
            (seconds(bare_forwards, pair, batches), seconds(score_tokens, pair, texts, batch_size=BATCH))
            for _ in range(ROUNDS + 1)
        ][1:]
    )
    ratios = times[:, 1] / times[:, 0]
    low, high = np.quantile(ratios, [0.25, 0.75])
    tokens = sum(int(mask.sum()) for _, mask in batches)
    print(f"{TEXTS} texts, {tokens} tokens, batches of {BATCH}, {ROUNDS} rounds, {torch.get_num_threads()} threads")
    print(f"two bare forward passes  {np.median(times[:, 0]):.3f} s (median)")
    print(f"score_tokens             {np.median(times[:, 1]):.3f} s (median)")
    print(
        f"ratio                    {np.median(ratios):.3f} (median; quartiles {low:.3f} to {high:.3f}; limit {LIMIT})"
    )


if __name__ == "__main__":
    main()
