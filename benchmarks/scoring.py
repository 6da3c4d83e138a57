"""The cost of `score_tokens` over the two forward passes that it needs at least, as a ratio within one run.

    python benchmarks/scoring.py [--texts 512] [--rounds 15]

Both sides run the toy pair over the same padded batches of 64. The bare side computes every logit of both models and
throws them away. The two sides alternate, so that other load on the machine affects both.
"""

import argparse
from time import perf_counter

import numpy as np
import torch

from rlvr_direction.batches import pad
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.pair import ModelPair
from rlvr_direction.scoring import score_tokens

BATCH, LIMIT = 64, 1.25


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    pair = load_toy_pair("arithmetic")
    texts = [{"prompt": p.prompt, "response": r} for p, r in TASKS["arithmetic"].corpus(asked.texts, seed=0)]
    batches = padded_batches(pair, texts)
    times = np.array(
        [
            (seconds(bare_forwards, pair, batches), seconds(score_tokens, pair, texts, batch_size=BATCH))
            for _ in range(asked.rounds + 1)
        ][1:]
    )
    ratios = times[:, 1] / times[:, 0]
    low, high = np.quantile(ratios, [0.25, 0.75])
    tokens = sum(int(mask.sum()) for _, mask in batches)
    print(f"{torch.get_num_threads()} threads, {len(texts)} texts, {tokens} tokens, batches of {BATCH}")
    print(f"{asked.rounds} rounds after one that warms up")
    print(f"two bare forward passes  {np.median(times[:, 0]):.3f} s (median)")
    print(f"score_tokens             {np.median(times[:, 1]):.3f} s (median)")
    print(
        f"ratio                    {np.median(ratios):.3f} (median; quartiles {low:.3f} to {high:.3f}; limit {LIMIT})"
    )


if __name__ == "__main__":
    main()
