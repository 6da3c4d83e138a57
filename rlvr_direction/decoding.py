"""One model proposes a token, an intervention disposes of it: replacement and extrapolation are one decoder.

Noise is indexed, not streamed: every (seed, problem, sample, position) has its own uniforms, drawn before decoding, so
a result does not depend on batching or order, and all interventions at one seed share their noise.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from rlvr_direction.distributions import PairLogprobs, Sampling, at, extrapolate, inverse_cdf, truncate
from rlvr_direction.interventions import Intervention, Proposer, View
from rlvr_direction.pair import ModelPair, pad

__all__ = ["Decoded", "Noise", "decode", "indexed_noise"]


class Noise(NamedTuple):
    """Float64 uniforms in [0, 1), one a position, a stream for each of the three draws."""

    proposal: Float[Tensor, "*batch"]
    alternative: Float[Tensor, "*batch"]
    selection: Float[Tensor, "*batch"]


class Decoded(NamedTuple):
    """Responses with everything that decided them; past a row's `n_tokens` ids are padding and numbers are 0.

    Log-probabilities are raw (T = 1, whole vocabulary, nats) of the token that stands and of the one proposed.
    `n_tokens` counts the end token; a row that met the limit instead is not `finished`.
    """

    token_ids: Int[Tensor, "batch time"]
    proposal_ids: Int[Tensor, "batch time"]
    selected: Bool[Tensor, "batch time"]
    logp_base: Float[Tensor, "batch time"]
    logp_rl: Float[Tensor, "batch time"]
    proposal_logp_base: Float[Tensor, "batch time"]
    proposal_logp_rl: Float[Tensor, "batch time"]
    n_tokens: Int[Tensor, " batch"]
    finished: Bool[Tensor, " batch"]


class _Step(NamedTuple):
    """One position of `Decoded`, for the rows still being written."""

    token_ids: Tensor
    proposal_ids: Tensor
    selected: Tensor
    logp_base: Tensor
    logp_rl: Tensor
    proposal_logp_base: Tensor
    proposal_logp_rl: Tensor


def indexed_noise(problem_ids: Sequence[int], sample_ids: Sequence[int], length: int, *, seed: int) -> Noise:
    """The uniforms of each (problem, sample), `(batch, length)`: Philox keyed by seed, counted by the indices."""
    uniforms = np.empty((len(Noise._fields), len(problem_ids), length))
    for row, (problem, sample) in enumerate(zip(problem_ids, sample_ids, strict=True)):
        for stream in range(len(Noise._fields)):
            philox = np.random.Philox(key=seed, counter=[0, stream, sample, problem])
            uniforms[stream, row] = np.random.Generator(philox).random(length)
    return Noise(*torch.from_numpy(uniforms))


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
    noise. Both models advance in lockstep, a token a step, which is what `block` "auto" and 1 both mean.
    Raises ValueError for an empty prompt or one that leaves no room for `max_new_tokens` in the context.
    """
    if block not in ("auto", 1):
        raise ValueError(f"block is {block!r}; expected 'auto' or 1: one token a step is the only pace there is")
    _check_prompts(prompt_ids, max_new_tokens, pair.context)
    problem_ids = range(len(prompt_ids)) if problem_ids is None else problem_ids
    sample_ids = [0] * len(prompt_ids) if sample_ids is None else sample_ids
    noise = indexed_noise(problem_ids, sample_ids, max_new_tokens, seed=seed)
    decoded = _empty(len(prompt_ids), max_new_tokens, pair.pad_id)
    order = sorted(range(len(prompt_ids)), key=lambda i: len(prompt_ids[i]))
    for start in range(0, len(order), batch_size):
        rows = torch.tensor(order[start : start + batch_size])
        _decode_batch(pair, [prompt_ids[i] for i in rows], rows, intervention, sampling, noise, propose, decoded)
    return decoded


def _decode_batch(
    pair: ModelPair,
    prompts: list[Sequence[int]],
    rows: Int[Tensor, " batch"],
    intervention: Intervention,
    sampling: Sampling,
    noise: Noise,
    propose: Proposer,
    decoded: Decoded,
) -> None:
    """Write these rows of `decoded`; a finished row leaves the batch."""
    ends = end_ids(pair)
    streams = pair.streams()
    ids, mask = pad(prompts, pad_id=pair.pad_id, left=True)
    for position in range(decoded.token_ids.shape[1]):
        raw = PairLogprobs(*(stream.feed(ids, mask) for stream in streams))
        _check_finite(raw, position)
        here = Noise(*(uniform[rows, position].to(raw.base.device) for uniform in noise))
        step = _Step(*(values.cpu() for values in _decide(raw, intervention, sampling, here, propose)))
        for name, values in step._asdict().items():
            getattr(decoded, name)[rows, position] = values
        decoded.n_tokens[rows] += 1
        done = torch.isin(step.token_ids, ends)
        decoded.finished[rows[done]] = True
        if done.all():
            return
        ids, mask = step.token_ids.unsqueeze(1), torch.ones(len(rows), 1, dtype=torch.bool)
        if done.any():
            keep = (~done).nonzero().squeeze(1)
            rows, ids, mask = rows[keep], ids[keep], mask[keep]
            for stream in streams:
                stream.keep(keep)


def _decide(
    raw: PairLogprobs, intervention: Intervention, sampling: Sampling, noise: Noise, propose: Proposer
) -> _Step:
    """Propose, select, act at one position of every row."""
    view = View(raw, PairLogprobs(*(truncate(logp, sampling) for logp in raw)), propose)
    proposal = inverse_cdf(getattr(view.sampled, propose), noise.proposal)
    alternative = inverse_cdf(truncate(extrapolate(raw, intervention.gamma), sampling), noise.alternative)
    selected = intervention.where(view, proposal, noise.selection)
    token = torch.where(selected, alternative, proposal)
    logps = [at(logp, chosen) for chosen in (token, proposal) for logp in raw]
    return _Step(token, proposal, selected, *logps)


def end_ids(pair: ModelPair) -> Int[Tensor, " ends"]:
    """Every token id that ends a response: the tokenizer's end token and those the models generate until."""
    ids = {pair.tokenizer.eos_token_id}
    for model in pair.models:
        ends = model.generation_config.eos_token_id
        ids |= set(ends) if isinstance(ends, list) else {ends}
    return torch.tensor(sorted(ids - {None}), dtype=torch.long)


def _empty(batch: int, length: int, pad_id: int) -> Decoded:
    ids = torch.full((batch, length), pad_id)
    numbers = torch.zeros(batch, length)
    flags = torch.zeros(batch, length, dtype=torch.bool)
    logps = [numbers.clone() for _ in range(4)]
    return Decoded(ids, ids.clone(), flags, *logps, torch.zeros(batch, dtype=torch.long), flags[:, 0].clone())


def _check_finite(raw: PairLogprobs, position: int) -> None:
    for model, logp in raw._asdict().items():
        if logp.isnan().any():
            raise ValueError(
                f"the {model} model gave logits that are not finite at response position {position}; "
                "check the checkpoint and its dtype"
            )


def _check_prompts(prompt_ids: Sequence[Sequence[int]], max_new_tokens: int, context: int) -> None:
    for i, prompt in enumerate(prompt_ids):
        if not 0 < len(prompt) <= context - max_new_tokens:
            raise ValueError(
                f"prompt {i} has {len(prompt)} tokens; expected 1 to {context - max_new_tokens}, so that "
                f"{max_new_tokens} new ones fit into a context of {context}"
            )
