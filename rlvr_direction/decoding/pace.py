"""How far to draft: what a step of several tokens costs on this machine, against how often a draft is cut short."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool
from torch import Tensor

from rlvr_direction.cache import Fed
from rlvr_direction.decoding.noise import indexed_noise
from rlvr_direction.decoding.rounds import SHARE, Job, Rows, empty
from rlvr_direction.pair import ModelPair

__all__ = ["BLOCKS", "Pace", "expected_cost", "measure_pace"]

BLOCKS = (1, 2, 4, 8, 16)
STEPS = 16  # lockstep rounds that are watched
REPEATS = 3


class Pace(NamedTuple):
    """The longest draft that is worth it, and why: seconds of a step of k tokens, the share of tokens selected."""

    block: int
    seconds: dict[int, float]
    selected: float


def measure_pace(
    pair: ModelPair, job: Job, prompts: Sequence[Sequence[int]], *, seed: int, max_new_tokens: int
) -> Pace:
    """Watch these rows for a few lockstep rounds, time steps of 1 to 16 tokens, and take the cheapest draft.

    A pair that cannot take tokens back from its caches is decoded in lockstep.
    """
    if not pair.supports_rollback:
        return Pace(1, {}, 0.0)
    stop, doubt, alive = _watch(pair, job, prompts, seed=seed, max_new_tokens=max_new_tokens)
    seconds = _seconds(pair, prompts)
    costs = {block: expected_cost(stop, doubt, alive, block, seconds) for block in seconds}
    selected = (stop & alive).sum().item() / max(1, alive.sum().item())
    return Pace(min(costs, key=costs.get), seconds, selected)


def expected_cost(
    selected: Bool[Tensor, "batch time"],
    doubtful: Bool[Tensor, "batch time"],
    alive: Bool[Tensor, "batch time"],
    block: int,
    seconds: dict[int, float],
) -> float:
    """Seconds a token of drafting up to `block` tokens, had these rows been written so; all are written to the end.

    A row that ran past its end or past what was watched takes no further part.
    """
    length = alive.sum(1)
    place, spent = torch.zeros_like(length), 0.0
    columns = torch.arange(selected.shape[1])
    while (live := place < length).any():
        ahead = columns.unsqueeze(0) - place[live].unsqueeze(1)
        within = (ahead >= 0) & (columns < length[live].unsqueeze(1))
        drafted = _draft_length(doubtful[live], ahead, within, block)
        cut = torch.where(selected[live] & within, ahead + 1, selected.shape[1]).amin(1)
        spent += drafted * seconds[1] + _step_seconds(seconds, drafted)
        place[live] = torch.minimum(place[live] + cut.clamp(max=drafted), length[live])
    return spent / max(1, length.sum().item())


def _draft_length(doubtful: Tensor, ahead: Tensor, within: Tensor, block: int) -> int:
    """How many tokens a round drafts before enough of its rows are in doubt, or at their end."""
    first = torch.where(doubtful & within, ahead + 1, doubtful.shape[1]).amin(1)
    last = torch.where(within, ahead + 1, 0).amax(1)
    ends = torch.minimum(first, last).sort().values
    enough = max(1, -(-len(ends) * SHARE // 1))
    return min(block, int(ends[int(enough) - 1]))


def _step_seconds(seconds: dict[int, float], tokens: int) -> float:
    """Seconds of a step of so many tokens, between measurements by a straight line."""
    below = max(k for k in seconds if k <= tokens)
    above = min((k for k in seconds if k >= tokens), default=below)
    if above == below:
        return seconds[below]
    share = (tokens - below) / (above - below)
    return seconds[below] + share * (seconds[above] - seconds[below])


def _watch(
    pair: ModelPair, job: Job, prompts: Sequence[Sequence[int]], *, seed: int, max_new_tokens: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Which tokens of the first lockstep rounds were selected, which doubtful, and which were written at all."""
    length = min(STEPS, max_new_tokens)
    noise = indexed_noise(range(len(prompts)), [0] * len(prompts), length, seed=seed)
    rows = Rows(pair, job, prompts, noise, empty(len(prompts), length, pair.pad_id), torch.arange(len(prompts)))
    seen = torch.zeros(3, len(prompts), length, dtype=torch.bool)
    for step in range(length):
        if not len(rows.rows):
            break
        written = rows.rows
        done = rows.round(1)
        for column, values in enumerate((done.selected, done.doubtful, torch.ones_like(done.selected))):
            seen[column, written, step] = values
    return seen[0], seen[1], seen[2]


def _seconds(pair: ModelPair, prompts: Sequence[Sequence[int]]) -> dict[int, float]:
    """Seconds of feeding k tokens to every row, behind caches as long as the prompts."""
    stream = pair.streams()[1]
    batch, width = len(prompts), min(map(len, prompts))
    stream.feed(_fed(torch.tensor([prompt[:width] for prompt in prompts]), 0), keep=1)
    seconds = {}
    for tokens in (k for k in BLOCKS if width + k <= pair.context):
        fed = _fed(torch.full((batch, tokens), pair.pad_id), width)

        def step(fed: Fed = fed) -> None:
            stream.feed(fed, keep=fed.ids.shape[1])
            stream.drop(torch.zeros_like(fed.valid))

        seconds[tokens] = _fastest(step)
    return seconds


def _fed(ids: Tensor, start: int) -> Fed:
    where = torch.arange(start, start + ids.shape[1]).expand_as(ids)
    return Fed(ids, where, torch.ones_like(ids, dtype=torch.bool))


def _fastest(step: Callable[[], None]) -> float:
    """Seconds of the fastest of a few calls."""
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        step()
        if torch.accelerator.is_available():
            torch.accelerator.synchronize()
        taken.append(time.perf_counter() - begun)
    return min(taken)
