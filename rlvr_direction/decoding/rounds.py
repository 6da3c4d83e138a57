"""Write a batch in rounds: the proposer drafts, the other model checks, and the draft stays up to its first selection.

What was drafted after the first selected position is thrown away. A draft of any length therefore gives the tokens of
lockstep, which is a draft of one token: every position has the same prefix, the same two policies and its own noise.
Each step is a function of the rows; only the two caches change.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from rlvr_direction.batches import pad, positions
from rlvr_direction.cache import Fed, Stream
from rlvr_direction.decoding.noise import Noise
from rlvr_direction.distributions import PairLogprobs, Sampling, at, draw, extrapolate
from rlvr_direction.interventions import Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import Proposer, Truncated, View

__all__ = ["Caches", "Decoded", "Draft", "Job", "Rows", "Written", "act", "advance", "begin", "check", "draft"]

DOUBT = 0.7  # a draft ends at a proposal less probable than this, where most selections happen
DRAFTED = 1 << 26  # numbers of the policies of a draft at most, a quarter of a gigabyte
SHARE = 0.5  # ... once this share of the rows has met one
LOG_DOUBT = math.log(DOUBT)


class Job(NamedTuple):
    """What all rows of a call have in common; `noise` has one row for each of them."""

    intervention: Intervention
    sampling: Sampling
    propose: Proposer
    ends: Int[Tensor, " ends"]
    noise: Noise

    @property
    def checker(self) -> Proposer:
        """The model that does not propose."""
        return "rl" if self.propose == "base" else "base"

    @property
    def limit(self) -> int:
        """The most tokens of a response."""
        return self.noise.proposal.shape[1]


class Caches(NamedTuple):
    """Both models' streams, each with what it has read of every row; one and the same where the models are.

    `room` is memory for the policies of a draft, which every round uses anew.
    """

    proposer: Stream
    checker: Stream
    room: Float[Tensor, " numbers"]

    @property
    def each(self) -> tuple[Stream, ...]:
        """Every stream once."""
        return tuple({id(stream): stream for stream in self[:2]}.values())


class Rows(NamedTuple):
    """Rows being written: their numbers in the call, tokens written so far, and the last token, not yet read."""

    number: Int[Tensor, " batch"]
    written: Int[Tensor, " batch"]
    last: Int[Tensor, " batch"]
    position: Int[Tensor, " batch"]


class Draft(NamedTuple):
    """Proposed tokens and the proposer's policy at each."""

    token_ids: Int[Tensor, "batch time"]
    logp: Float[Tensor, "batch time vocab"]


class Decoded(NamedTuple):
    """Responses with everything that decided them; after a row's `n_tokens`, ids are padding and numbers are 0.

    Log-probabilities are raw (T = 1, whole vocabulary, nats), of the token written and of the token proposed.
    `n_tokens` counts the end token; a row that reached the limit instead is not `finished`.
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


class Written(NamedTuple):
    """What one round wrote: its columns of `Decoded`, which of its tokens are kept, and the last one kept."""

    columns: Decoded
    kept: Bool[Tensor, "batch time"]
    last: Int[Tensor, " batch"]


def begin(
    pair: ModelPair, job: Job, prompts: Sequence[Sequence[int]], number: Int[Tensor, " batch"], *, block: int
) -> tuple[Caches, Rows]:
    """Read every prompt but its last token; a prompt that several rows share is read once."""
    streams = dict(zip(("base", "rl"), pair.streams(), strict=True))
    drafted = min(block * len(prompts) * pair.vocab_size, DRAFTED) if block > 1 else 0
    caches = Caches(streams[job.propose], streams[job.checker], torch.empty(drafted, device=pair.base.device))
    ids, mask = pad(prompts, pad_id=pair.pad_id, left=True)
    where = positions(mask)
    if ids.shape[1] > 1:
        first = {tuple(prompt): i for i, prompt in enumerate(prompts)}
        copies = {prompt: i for i, prompt in enumerate(first)}
        read, copied = list(first.values()), torch.tensor([copies[tuple(prompt)] for prompt in prompts])
        for cache in caches.each:
            cache.feed(Fed(ids[read, :-1], where[read, :-1], mask[read, :-1]), keep=1)
            if len(read) < len(prompts):
                cache.keep(copied)
    return caches, Rows(number, torch.zeros_like(number), ids[:, -1], where[:, -1])


def draft(caches: Caches, job: Job, rows: Rows, length: int) -> Draft:
    """Propose up to `length` tokens per row, fewer once half of the rows have met a doubtful token or their end.

    It is shorter, too, where there is no room for the policies of more.
    """
    token, tokens, policies = rows.last, [], None
    doubtful = over = torch.zeros(len(rows.number), dtype=torch.bool)
    while True:
        step = len(tokens)
        fed = Fed(token.unsqueeze(1), (rows.position + step).unsqueeze(1), ~over.unsqueeze(1))
        logp = caches.proposer.feed(fed, keep=1)[:, 0]
        uniform = job.noise.proposal[rows.number, (rows.written + step).clamp(max=job.limit - 1)]
        drawn = draw(logp, job.sampling, uniform.to(logp.device))
        if policies is None:
            length = max(1, min(length, len(caches.room) // logp.numel()))
            policies = caches.room[: length * logp.numel()].view(len(logp), length, -1) if length > 1 else logp[:, None]
        policies[:, step] = logp
        token, unsure, wrong = torch.stack([drawn, at(logp, drawn) < LOG_DOUBT, logp[:, 0].isnan()]).cpu()
        _require_finite(job.propose, wrong.bool().unsqueeze(1), rows, step)
        tokens.append(token)
        if step + 1 < length:
            over = over | torch.isin(token, job.ends) | (rows.written + step + 1 >= job.limit)
            doubtful = doubtful | over | unsure.bool()
        if step + 1 == length or doubtful.sum() >= SHARE * len(doubtful):
            return Draft(torch.stack(tokens, 1), policies[:, : step + 1])


def check(caches: Caches, job: Job, rows: Rows, drafted: Draft) -> PairLogprobs:
    """Read the draft with the other model, if it is another: both policies at every drafted position."""
    if caches.checker is caches.proposer:
        return PairLogprobs(drafted.logp, drafted.logp)
    ids = torch.cat([rows.last.unsqueeze(1), drafted.token_ids[:, :-1]], dim=1)
    steps = torch.arange(ids.shape[1])
    fed = Fed(ids, rows.position.unsqueeze(1) + steps, torch.ones_like(ids, dtype=torch.bool))
    policies = {job.propose: drafted.logp, job.checker: caches.checker.feed(fed, keep=len(steps))}
    _require_finite(job.checker, policies[job.checker][..., 0].isnan().cpu(), rows, 0)
    return PairLogprobs(policies["base"], policies["rl"])


def act(job: Job, rows: Rows, proposals: Int[Tensor, "batch time"], raw: PairLogprobs) -> Written:
    """Select among the proposals: a row keeps those up to its first selected one, which is drawn anew from pi_gamma."""
    steps = torch.arange(proposals.shape[1])
    place = rows.written.unsqueeze(1) + steps
    view = View(raw, Truncated(raw, job.sampling), job.propose)
    uniform = job.noise.selection[rows.number.unsqueeze(1), place.clamp(max=job.limit - 1)].to(raw.base.device)
    selected = job.intervention.where(view, proposals.to(raw.base.device), uniform).cpu()
    stop = selected | torch.isin(proposals, job.ends) | (place + 1 >= job.limit)
    n_kept = torch.where(stop.any(1), stop.int().argmax(1) + 1, len(steps))
    tokens = _replace(job, rows, proposals, raw, selected, n_kept - 1)
    logps = [at(logp, chosen.to(logp.device)).cpu() for chosen in (tokens, proposals) for logp in raw]
    last = tokens.gather(1, n_kept.unsqueeze(1) - 1).squeeze(1)
    columns = Decoded(tokens, proposals, selected, *logps, n_kept, torch.isin(last, job.ends))
    return Written(columns, steps < n_kept.unsqueeze(1), last)


def _replace(job: Job, rows: Rows, proposals: Tensor, raw: PairLogprobs, selected: Tensor, at_step: Tensor) -> Tensor:
    """The proposals, with a draw from pi_gamma at each row's step if that step is selected."""
    tokens = proposals.clone()
    chosen = selected.gather(1, at_step.unsqueeze(1)).squeeze(1).nonzero().squeeze(1)
    if len(chosen):
        step = at_step[chosen]
        here = chosen.to(raw.base.device), step.to(raw.base.device)
        policy = extrapolate(PairLogprobs(raw.base[here], raw.rl[here]), job.intervention.gamma)
        uniform = job.noise.alternative[rows.number[chosen], rows.written[chosen] + step].to(policy.device)
        tokens[chosen, step] = draw(policy, job.sampling, uniform).cpu()
    return tokens


def advance(caches: Caches, job: Job, rows: Rows, written: Written) -> Rows:
    """Take back the part of the draft that is thrown away; rows that ended leave the batch."""
    n_kept, finished = written.columns.n_tokens, written.columns.finished
    moved = Rows(rows.number, rows.written + n_kept, written.last, rows.position + n_kept)
    staying = (~finished & (moved.written < job.limit)).nonzero().squeeze(1)
    for cache in caches.each:
        if not written.kept.all():
            cache.drop(written.kept)
        if 0 < len(staying) < len(rows.number):
            cache.keep(staying)
    return Rows(*(column[staying] for column in moved))


def _require_finite(model: Proposer, wrong: Bool[Tensor, "batch time"], rows: Rows, step: int) -> None:
    """Raise ValueError where the first log-probability is nan: one logit that is not finite makes all of them nan."""
    if wrong.any():
        row, later = wrong.nonzero()[0].tolist()
        raise ValueError(
            f"the {model} model gave logits that are not finite at response position "
            f"{rows.written[row] + step + later} of prompt {rows.number[row]}; check the checkpoint and its dtype"
        )
