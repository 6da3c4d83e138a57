"""Trains on fixed responses in two processes, and saves the weights that each one gave: `two_processes.py OUT`."""

import os
import sys
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast
from transformers.utils import logging

from rlvr_direction import reweighting as w
from rlvr_direction.training import ReweightedGRPOConfig, ReweightedGRPOTrainer

WORDS = ["<pad>", "<eos>", *"0123456789"]


def by_tokens(rollout):
    """A user's weighting, which gathers whole numbers from responses of different lengths."""
    return (
        torch.ones_like(rollout.logp_old)
        * (rollout.gather(rollout.mask) == 1).sum()
        / (1 + rollout.mask.sum(1))[:, None]
    )


WEIGHTINGS = {
    "by tokens": by_tokens,
    "low probability": w.low_probability(0.5),
    "perplexity": w.perplexity(0.2),
    "keep below": w.keep_below(0.3),
    "entropy top": w.entropy_top(0.3),
    "surprisal top": w.surprisal_top(0.3, attenuate=0.5, target_entropy=10.0),
    "mean one": w.mean_one(w.low_probability(0.5)),
}


def tokenizer():
    fast = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="0"))
    fast.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=fast, pad_token="<pad>", eos_token="<eos>", padding_side="left")


def model():
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    config = AutoConfig.for_model("llama", vocab_size=len(WORDS), pad_token_id=0, eos_token_id=1, **sizes)
    return AutoModelForCausalLM.from_config(config)


def responses(prompts, trainer):
    """Responses of different lengths that depend only on their position among those of all processes."""
    first = trainer.accelerator.process_index * len(prompts)
    found = []
    for i in range(first, first + len(prompts)):
        generator = torch.Generator().manual_seed(i)
        found.append([*torch.randint(2, len(WORDS), (2 + i % 5,), generator=generator).tolist(), 1])
    ids = trainer.processing_class(text=list(prompts))["input_ids"]
    return {"prompt_ids": ids, "completion_ids": found, "logprobs": [[0.0] * len(row) for row in found]}


def run(out, world, *, dynamic_sampling=False):
    """Train for one update, and save what each weighting gives the rows of this process."""
    seen = {}

    def weigh(rollout):
        for name, weighting in WEIGHTINGS.items():
            weights = weighting(rollout)
            seen[name] = [row[mask.bool()] for row, mask in zip(weights, rollout.mask, strict=True)]
        return weights

    weigh.needs = frozenset().union(*map(w.needs, WEIGHTINGS.values()))
    args = ReweightedGRPOConfig.dapo(
        str(out / f"run of {world}"),
        per_device_train_batch_size=8 // world,
        num_generations=8,
        max_steps=1,
        dynamic_sampling=dynamic_sampling,
        save_strategy="no",
        disable_tqdm=True,
    )
    trainer = ReweightedGRPOTrainer(
        model(),
        lambda completions, **_columns: [float(len(text)) for text in completions],
        args,
        Dataset.from_list([{"prompt": f"{i} {i}"} for i in range(8)]),
        processing_class=tokenizer(),
        rollout_func=responses,
        weighting=weigh,
    )
    assert trainer.accelerator.num_processes == world
    trainer.train()
    assert trainer.state.global_step == 1
    torch.save(seen, out / f"{trainer.accelerator.process_index} of {world}.pt")


if __name__ == "__main__":
    logging.set_verbosity_error()
    other = os.fork()  # after the imports, which take longer than all the rest
    os.environ["RANK"] = os.environ["LOCAL_RANK"] = "0" if other else "1"
    run(Path(sys.argv[1]), 2)
    try:
        run(Path(sys.argv[1]), 2, dynamic_sampling=True)
    except ValueError as refusal:
        Path(sys.argv[1], "refusal.txt").write_text(str(refusal))
    if other:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]))
