"""Scoring and decoding with a pair of random models over 152,000 tokens, on one thread, against bare forward calls.

    python benchmarks/large_vocabulary.py scoring [--shape small] [--rounds 3]
    python benchmarks/large_vocabulary.py sequential [--shape small] [--rounds 3]
    python benchmarks/large_vocabulary.py decoding [--shape small] [--batches 1 8] [--new 24]

Shapes: small (hidden 256, 4 layers) and half (hidden 896, 24 layers: half a billion parameters). Logits are as peaked
as a trained model's: an entropy of about 2 nats. Times are of the processor, and the two sides take turns.
`scoring` compares `score_tokens` with both models' forward calls that return every logit; `sequential` compares
`rlvr-direction score --sequential` with the command without it, loading included; `decoding` compares `decode` with
the forward calls inside it, and with `generate` of the base alone. Peak memory is that of a process of its own, weights
included.
"""

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import torch
from transformers import PreTrainedModel

from rlvr_direction import Intervention, ModelPair, Sampling, decode, score_tokens
from rlvr_direction.lab.toys import wide_pair
from rlvr_direction.scoring import ScoreSettings, score_file

VOCABULARY, TEXTS, LENGTH, PROMPT = 151_936, 4, 256, 32
SHAPES = {
    "small": {"hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 1024},
    "half": {"hidden_size": 896, "num_hidden_layers": 24, "num_attention_heads": 14, "intermediate_size": 4864},
}
HEADS = {"num_key_value_heads": 2, "head_dim": 64, "max_position_embeddings": 1024, "initializer_range": 0.02}
SPREAD = 6.5  # the standard deviation of a logit
WHERE = "delta_logp<=-0.3"
LIMITS = {"small": 1.6, "half": 1.25}
SEQUENTIAL_LIMIT = 1.3


def pair_of(shape: str) -> ModelPair:
    """Two random models that differ a little, over a vocabulary as large as Qwen's."""
    return wide_pair(VOCABULARY, spread=SPREAD, seed=0, **HEADS, **SHAPES[shape])


def texts() -> list[dict]:
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(VOCABULARY, (TEXTS, LENGTH - 1), generator=generator)
    return [{"prompt": "7", "response": "", "response_ids": row.tolist()} for row in ids]


@torch.inference_mode()
def bare(pair: ModelPair) -> None:
    ids = torch.tensor([[3, *text["response_ids"]] for text in texts()])
    for model in pair.models:
        _ = model(input_ids=ids, use_cache=False).logits


def scored(pair: ModelPair) -> None:
    score_tokens(pair, texts(), batch_size=TEXTS)


def seconds(call: Callable, *arguments: object) -> float:
    begun = process_time()
    call(*arguments)
    return process_time() - begun


def _peak(call: Callable, *arguments: object) -> float:
    torch.set_num_threads(1)
    call(*arguments)
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 2**20


def peak(call: Callable, *arguments: object) -> float:
    """The most memory of a process that does nothing else, in GiB."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_peak, (call, *arguments))


def on_pair(call: Callable, shape: str) -> None:
    call(pair_of(shape))


def scoring(asked: argparse.Namespace) -> None:
    pair = pair_of(asked.shape)
    times = [(seconds(bare, pair), seconds(scored, pair)) for _ in range(asked.rounds + 1)][1:]
    ratio = median(b / a for a, b in times)
    print(f"{asked.shape}: {TEXTS} texts of {LENGTH} tokens; seconds of the processor, medians of {asked.rounds}")
    print(f"two bare forward calls  {median(a for a, _ in times):6.2f}")
    print(f"score_tokens            {median(b for _, b in times):6.2f}")
    print(f"ratio                   {ratio:6.2f}   (limit {LIMITS[asked.shape]})")
    for name, call in (("two bare forward calls", bare), ("score_tokens", scored)):
        print(f"peak memory, {name:23} {peak(on_pair, call, asked.shape):5.2f} GiB")


def written(shape: str, folder: Path) -> ScoreSettings:
    """The pair and its texts on disk, and what `score` is asked for."""
    pair = pair_of(shape)
    for name, model in (("base", pair.base), ("rl", pair.rl)):
        model.save_pretrained(folder / name)
        pair.tokenizer.save_pretrained(folder / name)
    (folder / "texts.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts()))
    names = str(folder / "base"), str(folder / "rl"), folder / "texts.jsonl", folder / "scores.parquet"
    return ScoreSettings(*names, batch_size=TEXTS, force=True)


def sequential(asked: argparse.Namespace) -> None:
    with TemporaryDirectory() as folder:
        both = written(asked.shape, Path(folder))
        turns = replace(both, sequential=True)
        times = [(seconds(score_file, both), seconds(score_file, turns)) for _ in range(asked.rounds + 1)][1:]
        ratio = median(b / a for a, b in times)
        print(f"{asked.shape}: {TEXTS} texts of {LENGTH} tokens; seconds of the processor, medians of {asked.rounds}")
        print(f"score               {median(a for a, _ in times):6.2f}")
        print(f"score --sequential  {median(b for _, b in times):6.2f}")
        print(f"ratio               {ratio:6.2f}   (limit {SEQUENTIAL_LIMIT})")
        for name, settings in (("score", both), ("score --sequential", turns)):
            print(f"peak memory, {name:18} {peak(score_file, settings):5.2f} GiB")


class Forwards:
    """Counts a model's forward calls and the processor's seconds in them."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.calls, self.seconds, self._begun = 0, 0.0, 0.0
        model.register_forward_pre_hook(self._begin)
        model.register_forward_hook(self._end)

    def _begin(self, *_: object) -> None:
        self._begun = process_time()

    def _end(self, *_: object) -> None:
        self.calls, self.seconds = self.calls + 1, self.seconds + process_time() - self._begun


def decoding(asked: argparse.Namespace) -> None:
    pair = pair_of(asked.shape)
    counters = [Forwards(model) for model in pair.models]
    prompts = torch.randint(VOCABULARY, (max(asked.batches), PROMPT), generator=torch.Generator().manual_seed(2))
    print("batch  top_p   pair, s/step  on top of forwards   generate of the base, s/step   pair : generate")
    for batch in asked.batches:
        for top_p in (1.0, 0.7):
            ids, found = prompts[:batch], []
            for _ in range(asked.rounds):
                for counter in counters:
                    counter.seconds = 0.0
                both = seconds(together, pair, ids, top_p, asked)
                forwards = sum(counter.seconds for counter in counters)
                found.append((both, both / forwards - 1, seconds(alone, pair.base, ids, top_p, asked.new)))
            both, extra, one = (median(column) for column in zip(*found, strict=True))
            print(
                f"{batch:5} {top_p:6} {both / asked.new:14.3f} {extra:19.1%} {one / asked.new:30.3f} {both / one:17.2f}"
            )


def together(pair: ModelPair, ids: torch.Tensor, top_p: float, asked: argparse.Namespace) -> None:
    how = {"seed": 0, "max_new_tokens": asked.new, "batch_size": len(ids), "block": asked.block}
    decode(pair, ids.tolist(), Intervention(WHERE), Sampling(top_p=top_p), **how)


def alone(model: PreTrainedModel, ids: torch.Tensor, top_p: float, n: int) -> None:
    drawn = {"do_sample": True, "temperature": 1.0, "top_p": top_p, "top_k": 0, "eos_token_id": None}
    model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=n, min_new_tokens=n, **drawn)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["scoring", "sequential", "decoding"])
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--new", type=int, default=24)
    parser.add_argument("--block", type=lambda text: text if text == "auto" else int(text), default="auto")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    {"scoring": scoring, "sequential": sequential, "decoding": decoding}[asked.what](asked)


if __name__ == "__main__":
    main()
