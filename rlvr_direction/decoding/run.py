"""The decoder's one call: check the input, cut the rows into batches, choose a pace, and write every row."""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Int
from torch import Tensor

from rlvr_direction.decoding.noise import indexed_noise
from rlvr_direction.decoding.pace import Pace, measure_pace
from rlvr_direction.decoding.rounds import Decoded, Job, Rows, empty
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import Proposer

__all__ = ["choose_block", "decode", "end_ids"]

WORTH_MEASURING = 500  # steps: below this, a call is over before a measurement has paid


@torch.inference_mode()
def decode(
    pair: ModelPair,
    prompt_ids: Sequence[Sequence[int]],
    intervention: Intervention,
    sampling: Sampling,
    *,
    seed: int,
    problem_ids: Sequence[int] | None = None,
    sample_ids: Sequence[int] | None = None,
    propose: Proposer = "base",
    max_new_tokens: int,
    batch_size: int,
    block: Literal["auto"] | int = "auto",
) -> Decoded:
    """Sample one response a prompt: `propose` drafts each token and the intervention replaces what it selects.

    Rows are numbered by `problem_ids` (default 0, 1, ...) and `sample_ids` (default 0); these and the seed fix the
    noise. The proposer drafts up to `block` tokens before the other model checks them: a matter of speed, never of the
    result; "auto" is what `choose_block` finds. Raises ValueError for an empty prompt, one that leaves no room for
    `max_new_tokens` in the context, a block that is no number of tokens or that this pair cannot take back, and logits
    that are not finite.
    """
    _check(pair, prompt_ids, max_new_tokens, block)
    job = Job(intervention, sampling, propose, end_ids(pair))
    order = sorted(range(len(prompt_ids)), key=lambda i: len(prompt_ids[i]))
    if block == "auto":
        size = {"max_new_tokens": max_new_tokens, "batch_size": batch_size}
        block = choose_block(pair, prompt_ids, job, seed=seed, **size).block
    problem_ids = range(len(prompt_ids)) if problem_ids is None else problem_ids
    sample_ids = [0] * len(prompt_ids) if sample_ids is None else sample_ids
    noise = indexed_noise(problem_ids, sample_ids, max_new_tokens, seed=seed)
    decoded = empty(len(prompt_ids), max_new_tokens, pair.pad_id)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        rows = Rows(pair, job, [prompt_ids[i] for i in chosen], noise, decoded, torch.tensor(chosen))
        while len(rows.rows):
            rows.round(block)
    return decoded


def choose_block(
    pair: ModelPair,
    prompt_ids: Sequence[Sequence[int]],
    job: Job,
    *,
    seed: int,
    max_new_tokens: int,
    batch_size: int,
) -> Pace:
    """The longest draft worth making for these prompts on this machine, and why; 1, lockstep, where that is faster.

    Measured once, on the first batch; a call too short for a measurement to pay is decoded in lockstep.
    """
    batches = -(-len(prompt_ids) // batch_size)
    if batches * max_new_tokens < WORTH_MEASURING:
        return Pace(1, {}, 0.0)
    prompts = [prompt_ids[i] for i in range(min(batch_size, len(prompt_ids)))]
    return measure_pace(pair, job, prompts, seed=seed, max_new_tokens=max_new_tokens)


def end_ids(pair: ModelPair) -> Int[Tensor, " ends"]:
    """Every token id that ends a response: the tokenizer's end token and those the models generate until."""
    ids = {pair.tokenizer.eos_token_id}
    for model in pair.models:
        ends = model.generation_config.eos_token_id
        ids |= set(ends) if isinstance(ends, list) else {ends}
    return torch.tensor(sorted(ids - {None}), dtype=torch.long)


def _check(
    pair: ModelPair, prompt_ids: Sequence[Sequence[int]], max_new_tokens: int, block: Literal["auto"] | int
) -> None:
    if block != "auto" and block < 1:
        raise ValueError(f"block is {block}; expected 'auto' or the number of tokens to draft, at least 1")
    if block != "auto" and block > 1 and not pair.supports_rollback:
        raise ValueError(
            f"block is {block}, but {type(pair.base).__name__} cannot take tokens back from its cache; use 1 or 'auto'"
        )
    for i, prompt in enumerate(prompt_ids):
        if not 0 < len(prompt) <= pair.context - max_new_tokens:
            raise ValueError(
                f"prompt {i} has {len(prompt)} tokens; expected 1 to {pair.context - max_new_tokens}, so that "
                f"{max_new_tokens} new ones fit into a context of {pair.context}"
            )
