"""The decoder's one call: check the input, split the rows into batches, and write every batch in rounds."""

from collections.abc import Sequence
from functools import partial
from typing import Literal, get_args

import torch
from jaxtyping import Int
from torch import Tensor

from rlvr_direction.batches import in_memory
from rlvr_direction.checkpoints import ends_of
from rlvr_direction.decoding.noise import indexed_noise
from rlvr_direction.decoding.rounds import Caches, Decoded, Job, Rows, Written, act, advance, begin, check, draft
from rlvr_direction.decoding.stops import until
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.progress import count_tokens
from rlvr_direction.scores import Proposer
from rlvr_direction.vocabularies import Limits

__all__ = ["auto_block", "check_lengths", "decode", "end_ids"]


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
    stop: Sequence[str] = (),
) -> Decoded:
    r"""Sample one response per prompt: `propose` drafts each token and the intervention replaces what it selects.

    `problem_ids` (default 0, 1, ...) and `sample_ids` (default 0) number the rows and, with the seed, fix the noise.
    The proposer drafts up to `block` tokens before the other model checks them, and one while at least half of all
    tokens are selected; "auto" is `auto_block`. Neither `block` nor `batch_size` changes the policies, but a forward
    pass over many tokens and a cached step round differently: in float32 the chance per token of another draw is 7e-5
    at 1,152 vocabulary rows, and 1.5e-4 (low entropy) to 5e-3 (high) at 152,000; bfloat16 changed 17 of 32 texts.

    A response ends with an end token of the tokenizer or of either model, or with the first text of `stop`.

    Raises ValueError for a prompt that is not a list of ids, is empty or leaves no room for `max_new_tokens` in the
    context, for a block that is not a number of tokens or needs a rollback that this pair does not support, and for
    logits that are not finite.

    >>> from rlvr_direction import EVERYWHERE, load_toy_pair
    >>> pair = load_toy_pair("arithmetic")
    >>> prompts, greedy = [pair.encode_prompt("Q:7+5*3-4\n")], Sampling(temperature=0.0)
    >>> rl = decode(pair, prompts, Intervention(EVERYWHERE), greedy, seed=0, max_new_tokens=48, batch_size=1)
    >>> pair.tokenizer.decode(rl.token_ids[0, : rl.n_tokens[0]])
    '=7+15-4\n=22-4\n=18\nA:18<eos>'
    """
    block = auto_block(pair) if block == "auto" else block
    _check(pair, prompt_ids, propose, max_new_tokens, block, stop)
    problem_ids = range(len(prompt_ids)) if problem_ids is None else problem_ids
    sample_ids = [0] * len(prompt_ids) if sample_ids is None else sample_ids
    noise = indexed_noise(problem_ids, sample_ids, max_new_tokens, seed=seed)
    job = Job(intervention, sampling, propose, end_ids(pair), noise)
    decoded = _empty(len(prompt_ids), max_new_tokens, pair.pad_id)
    order = sorted(range(len(prompt_ids)), key=lambda i: len(prompt_ids[i]))
    write = partial(_respond, pair, job, prompt_ids, decoded, block, stop)
    for _ in in_memory(write, order, batch_size):
        pass
    return decoded


def _respond(
    pair: ModelPair,
    job: Job,
    prompt_ids: Sequence[Sequence[int]],
    decoded: Decoded,
    block: int,
    stop: Sequence[str],
    chosen: Sequence[int],
) -> None:
    """Write the responses to the chosen prompts, from their beginning."""
    for whole, empty in zip(decoded, _empty(len(chosen), job.limit, pair.pad_id), strict=True):
        whole[chosen] = empty  # what was written before memory ran out
    caches, rows = begin(pair, job, [prompt_ids[i] for i in chosen], torch.tensor(chosen), block=block)
    while len(rows.number):
        rows = _round(pair, job, caches, rows, decoded, block, stop)


def _round(
    pair: ModelPair, job: Job, caches: Caches, rows: Rows, decoded: Decoded, block: int, stop: Sequence[str]
) -> Rows:
    """Draft, check and act once, write down what is kept, and return the rows that go on."""
    drafted = draft(caches, job, rows, 1 if _selects_often(decoded) else block)
    written = act(job, rows, drafted.token_ids, check(caches, job, rows, drafted))
    if stop:
        written = until(written, decoded, rows, stop, pair.tokenizer)
    _write(decoded, rows, written)
    return advance(caches, job, rows, written)


def auto_block(pair: ModelPair) -> int:
    """How many tokens to draft before a check: 8, or 1 (lockstep) where a model cannot take tokens back."""
    return 8 if pair.supports_rollback else 1


def _selects_often(decoded: Decoded) -> bool:
    """Whether at least half of the tokens written so far were selected; drafting is then up to five times slower."""
    return bool(2 * decoded.selected.sum() >= decoded.n_tokens.sum() > 0)


def end_ids(pair: ModelPair) -> Int[Tensor, " ends"]:
    """Every token id that ends a response: the tokenizer's end token and those the models generate until."""
    ids = {pair.tokenizer.eos_token_id} - {None}
    ids = ids.union(*(ends_of(model.generation_config) for model in pair.models))
    return torch.tensor(sorted(ids), dtype=torch.long)


def _empty(batch: int, length: int, pad_id: int) -> Decoded:
    """Responses without any tokens yet."""
    ids, numbers = torch.full((batch, length), pad_id), torch.zeros(4, batch, length)
    selected = torch.zeros(batch, length, dtype=torch.bool)
    n_tokens = torch.zeros(batch, dtype=torch.long)
    return Decoded(ids, ids.clone(), selected, *numbers, n_tokens, n_tokens.bool())


def _write(decoded: Decoded, rows: Rows, written: Written) -> None:
    """Fill in what a round wrote, after the tokens that its rows already had."""
    columns, kept = written.columns, written.kept
    place = rows.written.unsqueeze(1) + torch.arange(kept.shape[1])
    number, place = rows.number.unsqueeze(1).expand_as(kept)[kept], place[kept]
    for whole, column in zip(decoded[:7], columns[:7], strict=True):
        whole[number, place] = column[kept]
    decoded.n_tokens[rows.number] += columns.n_tokens
    count_tokens(int(columns.n_tokens.sum()))
    decoded.finished[rows.number] = columns.finished


def _check(
    pair: ModelPair, prompt_ids: Sequence, propose: str, max_new_tokens: int, block: object, stop: Sequence[str]
) -> None:
    if isinstance(stop, str) or not all(stop):
        raise ValueError(f"stop is {stop!r}; expected a list of texts, none of them empty")
    if propose not in get_args(Proposer):
        raise ValueError(f"propose is {propose!r}; expected 'base' or 'rl'")
    if not isinstance(block, int) or block < 1:
        raise ValueError(f"block is {block!r}; expected 'auto' or the number of tokens to draft, at least 1")
    if block > 1 and not pair.supports_rollback:
        raise ValueError(
            f"block is {block}, but {type(pair.base).__name__} cannot take tokens back from its cache; use 1 or 'auto'"
        )
    check_lengths(pair, prompt_ids, max_new_tokens)


def check_lengths(pair: ModelPair | Limits, prompt_ids: Sequence, max_new_tokens: int) -> None:
    """Raise ValueError for a prompt that is no list of ids, is empty, or leaves no room for `max_new_tokens`."""
    if not 0 < max_new_tokens < pair.context:
        raise ValueError(
            f"max_new_tokens is {max_new_tokens}; expected 1 to {pair.context - 1}, so that at least one prompt token "
            f"fits into a context of {pair.context}"
        )
    for i, prompt in enumerate(prompt_ids):
        if isinstance(prompt, str) or not all(isinstance(token, int) for token in prompt):
            raise ValueError(f"prompt {i} is {str(prompt)[:40]!r}; expected a list of ids, as pair.encode_prompt gives")
        if wrong := [token for token in prompt if not 0 <= token < pair.vocab_size]:
            raise ValueError(f"prompt {i} has the token id {wrong[0]}; expected 0 to {pair.vocab_size - 1}")
        if not 0 < len(prompt) <= pair.context - max_new_tokens:
            raise ValueError(
                f"prompt {i} has {len(prompt)} tokens; expected 1 to {pair.context - max_new_tokens}, so that "
                f"{max_new_tokens} new ones fit into a context of {pair.context}: shorten it, or lower max_new_tokens"
            )
