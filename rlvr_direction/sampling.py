"""How tokens are drawn, and which of them that keeps, found without sorting a large vocabulary."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

__all__ = ["Likeliest", "Sampling", "likeliest"]

CANDIDATES = (64, 2048)


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn: temperature 0 is the argmax; then `top_k`, `top_p` and `min_p` cut, in this order.

    `top_p` is the nucleus; `min_p` keeps what has at least this share of the likeliest token's probability. A `top_k`
    of 0 cuts nothing. Raises ValueError for a negative temperature or number of tokens, a `top_p` outside (0, 1] and a
    `min_p` outside [0, 1].
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0

    def __post_init__(self) -> None:
        if self.temperature != 0 and not 1e-3 <= self.temperature <= 1e3:
            raise ValueError(f"temperature is {self.temperature}; expected 0 (the argmax), or 0.001 to 1000")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p}; expected a number above 0 and at most 1")
        if self.top_k < 0:
            raise ValueError(f"top_k is {self.top_k}; expected a number of tokens, or 0 to keep all")
        if not 0 <= self.min_p <= 1:
            raise ValueError(f"min_p is {self.min_p}; expected a number from 0 to 1")

    @property
    def cuts(self) -> bool:
        """Whether some tokens are cut off."""
        return self.top_p < 1 or self.top_k > 0 or self.min_p > 0

    def n_kept(self, ordered: Float[Tensor, "*batch candidates"]) -> Int[Tensor, "*batch"]:
        """How many tokens stay, of tempered log-probabilities in descending order.

        The token that crosses `top_p`, a share of what `top_k` left, stays.

        >>> Sampling(top_p=0.7).n_kept(torch.tensor([0.5, 0.3, 0.15, 0.05]).log())
        tensor(2)
        """
        p = ordered[..., : self.top_k or None].double().exp()
        kept = torch.ones_like(p, dtype=torch.bool)
        if self.top_p < 1:
            mass = p.cumsum(-1)
            kept &= mass - p < self.top_p * (mass[..., -1:] if self.top_k else 1.0)
        if self.min_p > 0:
            kept &= p >= self.min_p * p[..., :1]
        return kept.sum(-1)


class Likeliest(NamedTuple):
    """For some rows, the numbers of the rows, their likeliest tokens in order, and how many of these are kept."""

    rows: Int[Tensor, " rows"]
    ids: Int[Tensor, "rows candidates"]
    logp: Float[Tensor, "rows candidates"]
    n_kept: Int[Tensor, " rows"]

    @property
    def kept(self) -> Bool[Tensor, "rows candidates"]:
        """Which of the candidates are kept."""
        return torch.arange(self.ids.shape[1], device=self.ids.device) < self.n_kept.unsqueeze(1)


def likeliest(logp: Float[Tensor, "rows vocab"], sampling: Sampling) -> Iterator[Likeliest]:
    """The tokens that each row keeps, of tempered log-probabilities; between equal ones the lower id comes first.

    Rows that keep few tokens come first: a few candidates are put in order, and more only for the rows that keep them
    all or whose next one equals the last one kept.
    """
    rows, vocab = torch.arange(len(logp), device=logp.device), logp.shape[-1]
    for size in (*(size for size in CANDIDATES if sampling.top_k < size < vocab), vocab):
        some = logp if len(rows) == len(logp) else logp[rows]
        values, ids = some.sort(dim=-1, descending=True, stable=True) if size == vocab else some.topk(size)
        n = sampling.n_kept(values)
        if size == vocab:
            yield Likeliest(rows, ids, values, n)
            return
        last, following = (values.gather(-1, i.clamp(max=size - 1).unsqueeze(-1)).squeeze(-1) for i in (n - 1, n))
        clear = (n < size) & (following < last)
        if clear.any():
            yield Likeliest(*(column[clear] for column in (rows, ids, values, n)))
            rows = rows[~clear]
        if not len(rows):
            return
