"""A batch written in rounds: the proposer drafts, the other model checks, what stands up to the first selection stays.

Drafts behind the first selected position are thrown away, so a draft of any length gives the tokens of lockstep: every
position sees the same prefix, the same two policies and its own noise. A draft of one token is lockstep.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from rlvr_direction.batches import pad, positions
from rlvr_direction.cache import Fed
from rlvr_direction.decoding.noise import Noise
from rlvr_direction.distributions import PairLogprobs, Sampling, at, extrapolate, inverse_cdf, truncate
from rlvr_direction.interventions import Intervention
from rlvr_direction.pair import ModelPair
from rlvr_direction.scores import Proposer, View

__all__ = ["DOUBT", "SHARE", "Decoded", "Job", "Round", "Rows", "empty"]

DOUBT = 0.7  # a draft ends at a proposal less probable than this: most selections sit there
SHARE = 0.5  # ... in this share of the rows


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


def empty(batch: int, length: int, pad_id: int) -> Decoded:
    """Responses of no token yet."""
    ids = torch.full((batch, length), pad_id)
    numbers = torch.zeros(batch, length)
    flags = torch.zeros(batch, length, dtype=torch.bool)
    logps = [numbers.clone() for _ in range(4)]
    return Decoded(ids, ids.clone(), flags, *logps, torch.zeros(batch, dtype=torch.long), flags[:, 0].clone())


class Job(NamedTuple):
    """What all rows of a call have in common."""

    intervention: Intervention
    sampling: Sampling
    propose: Proposer
    ends: Int[Tensor, " ends"]


class Round(NamedTuple):
    """What one round did, a row each: tokens drafted, tokens that stay, whether the last of them was selected."""

    drafted: int
    stays: Int[Tensor, " batch"]
    selected: Bool[Tensor, " batch"]
    doubtful: Bool[Tensor, " batch"]


class Rows:
    """Rows being written, with both models' caches; `decoded` is filled in place, and a finished row leaves."""

    def __init__(
        self, pair: ModelPair, job: Job, prompts: Sequence[Sequence[int]], noise: Noise, decoded: Decoded, rows: Tensor
    ) -> None:
        self._job, self._noise, self._decoded = job, noise, decoded
        self._limit = decoded.token_ids.shape[1]
        streams = dict(zip(("base", "rl"), pair.streams(), strict=True))
        self._proposer = streams.pop(job.propose)
        (self._checker,) = streams.values()
        ids, mask = pad(prompts, pad_id=pair.pad_id, left=True)
        where = positions(mask)
        if ids.shape[1] > 1:
            self._read(prompts, Fed(ids[:, :-1], where[:, :-1], mask[:, :-1]))
        self.rows = rows
        self._written = torch.zeros(len(rows), dtype=torch.long)
        self._last, self._position = ids[:, -1], where[:, -1]  # the last token is fed by the next round

    def round(self, length: int) -> Round:
        """Draft up to `length` tokens a row, check them, and write what stays."""
        proposals, proposed, doubtful = self._draft(length)
        raw = self._check(proposals, proposed)
        steps = torch.arange(proposals.shape[1])
        at_step = (self._written.unsqueeze(1) + steps).clamp(max=self._limit - 1)
        view = View(raw, PairLogprobs(*(truncate(logp, self._job.sampling) for logp in raw)), self._job.propose)
        uniform = self._noise.selection[self.rows.unsqueeze(1), at_step].to(raw.base.device)
        selected = self._job.intervention.where(view, proposals.to(raw.base.device), uniform).cpu()
        stop = (
            selected | torch.isin(proposals, self._job.ends) | (self._written.unsqueeze(1) + steps + 1 >= self._limit)
        )
        stays = torch.where(stop.any(1), stop.int().argmax(1) + 1, proposals.shape[1])
        tokens = self._act(raw, proposals, selected, stays)
        kept = steps < stays.unsqueeze(1)
        self._write(kept, at_step, tokens, proposals, selected, raw)
        done = Round(len(steps), stays, selected.gather(1, stays.unsqueeze(1) - 1).squeeze(1), doubtful)
        self._advance(kept, tokens, stays)
        return done

    def _draft(self, length: int) -> tuple[Tensor, list[Tensor], Tensor]:
        """Proposals `(batch, time)`, the proposer's policy at each, and which rows came to doubt their last."""
        token, proposals, policies = self._last, [], []
        doubtful = over = torch.zeros(len(self.rows), dtype=torch.bool)
        while True:
            step = len(proposals)
            fed = Fed(token.unsqueeze(1), (self._position + step).unsqueeze(1), ~over.unsqueeze(1))
            logp = self._proposer.feed(fed, keep=1)[:, 0]
            self._finite(logp, self._job.propose, step)
            uniform = self._uniform(self._noise.proposal, step).to(logp.device)
            drawn = inverse_cdf(truncate(logp, self._job.sampling), uniform)
            policies.append(logp)
            token = drawn.cpu()
            proposals.append(token)
            if step + 1 == length:
                unsure = at(logp, drawn).cpu() < _LOG_DOUBT
                return torch.stack(proposals, 1), policies, doubtful | unsure
            over = over | torch.isin(token, self._job.ends) | (self._written + step + 1 >= self._limit)
            doubtful = doubtful | over | (at(logp, drawn).cpu() < _LOG_DOUBT)
            if doubtful.sum() >= SHARE * len(doubtful):
                return torch.stack(proposals, 1), policies, doubtful

    def _check(self, proposals: Int[Tensor, "batch time"], proposed: list[Tensor]) -> PairLogprobs:
        """Both policies at every drafted position, `(batch, time, vocab)`."""
        steps = torch.arange(proposals.shape[1])
        ids = torch.cat([self._last.unsqueeze(1), proposals[:, :-1]], dim=1)
        fed = Fed(ids, self._position.unsqueeze(1) + steps, torch.ones_like(ids, dtype=torch.bool))
        checked = self._checker.feed(fed, keep=len(steps))
        checker = "rl" if self._job.propose == "base" else "base"
        for step in range(len(steps)):
            self._finite(checked[:, step], checker, step)
        policies = {self._job.propose: torch.stack(proposed, 1), checker: checked}
        return PairLogprobs(policies["base"], policies["rl"])

    def _act(self, raw: PairLogprobs, proposals: Tensor, selected: Tensor, stays: Tensor) -> Tensor:
        """The tokens that stand: where a row's last one is selected, a draw from pi_gamma."""
        tokens, last = proposals.clone(), stays - 1
        rows = selected.gather(1, last.unsqueeze(1)).squeeze(1).nonzero().squeeze(1)
        if len(rows):
            here = rows.to(raw.base.device), last[rows].to(raw.base.device)
            policy = extrapolate(PairLogprobs(raw.base[here], raw.rl[here]), self._job.intervention.gamma)
            uniform = self._noise.alternative[self.rows[rows], self._written[rows] + last[rows]].to(policy.device)
            tokens[rows, last[rows]] = inverse_cdf(truncate(policy, self._job.sampling), uniform).cpu()
        return tokens

    def _write(
        self, kept: Tensor, at_step: Tensor, tokens: Tensor, proposals: Tensor, selected: Tensor, raw: PairLogprobs
    ) -> None:
        rows, steps = self.rows.unsqueeze(1).expand_as(kept)[kept], at_step[kept]
        logps = [at(logp, chosen.to(logp.device)).cpu() for chosen in (tokens, proposals) for logp in raw]
        for values, column in zip((tokens, proposals, selected, *logps), self._decoded, strict=False):
            column[rows, steps] = values[kept]

    def _advance(self, kept: Tensor, tokens: Tensor, stays: Tensor) -> None:
        """Take back what was drafted for nothing; rows that ended leave the batch."""
        if not kept.all():
            self._proposer.drop(kept)
            self._checker.drop(kept)
        self._last = tokens.gather(1, stays.unsqueeze(1) - 1).squeeze(1)
        self._written, self._position = self._written + stays, self._position + stays
        ended = torch.isin(self._last, self._job.ends)
        self._decoded.n_tokens[self.rows] = self._written
        self._decoded.finished[self.rows[ended]] = True
        leaving = ended | (self._written >= self._limit)
        if leaving.any():
            staying = (~leaving).nonzero().squeeze(1)
            for name in ("rows", "_written", "_last", "_position"):
                setattr(self, name, getattr(self, name)[staying])
            if len(staying):
                self._proposer.keep(staying)
                self._checker.keep(staying)

    def _read(self, prompts: Sequence[Sequence[int]], fed: Fed) -> None:
        """Feed both models every prompt but its last token; a prompt that several rows share is read once."""
        row_of = {tuple(prompt): i for i, prompt in enumerate(prompts)}
        first = torch.tensor(list(row_of.values()))
        copies = {prompt: i for i, prompt in enumerate(row_of)}
        expand = torch.tensor([copies[tuple(prompt)] for prompt in prompts])
        for stream in (self._proposer, self._checker):
            stream.feed(Fed(*(tensor[first] for tensor in fed)), keep=1)
            if len(first) < len(prompts):
                stream.keep(expand)

    def _uniform(self, stream: Tensor, step: int) -> Float[Tensor, " batch"]:
        return stream[self.rows, (self._written + step).clamp(max=self._limit - 1)]

    def _finite(self, logp: Float[Tensor, "batch vocab"], model: str, step: int) -> None:
        wrong = logp[:, 0].isnan()
        if wrong.any():
            where = self._written[wrong.cpu()][0].item() + step
            raise ValueError(
                f"the {model} model gave logits that are not finite at response position {where}; "
                "check the checkpoint and its dtype"
            )


_LOG_DOUBT = torch.tensor(DOUBT).log()
