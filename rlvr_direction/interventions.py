"""Where to intervene and how: criteria that fire on scores, and the policy that acts where they fire."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from rlvr_direction.distributions import PairLogprobs
from rlvr_direction.scores import SCORES, Score, View, of_all_tokens

__all__ = ["EVERYWHERE", "NOWHERE", "AtRandom", "Criterion", "Intervention", "calibrate", "mass", "parse", "text_of"]


@dataclass(frozen=True)
class Criterion:
    """Fires where a score is on one side of a threshold or equal to it (nats; for `mass(...)` a probability).

    `score` is a name in `SCORES`, `mass(criterion)`, or your own function. With `reads="sampled"` the score reads the
    tempered and truncated policies instead of the raw ones. Raises ValueError for an unknown score, side or `reads`,
    and for a threshold that is not a number.

    >>> str(Criterion("delta_logp", "<=", -0.3))
    'delta_logp<=-0.3'
    """

    score: str | Score
    side: Literal["<=", ">="]
    threshold: float
    reads: Literal["raw", "sampled"] = "raw"

    def __post_init__(self) -> None:
        if isinstance(self.score, str) and self.score not in SCORES:
            raise ValueError(f"no score is called {self.score!r}; choose from {', '.join(SCORES)}, mass(...)")
        for name, known in (("side", ("<=", ">=")), ("reads", ("raw", "sampled"))):
            if (given := getattr(self, name)) not in known:
                raise ValueError(f"the criterion's {name} is {given!r}; expected {known[0]!r} or {known[1]!r}")
        if np.isnan(self.threshold):
            raise ValueError(f"the threshold of {self.score} is {self.threshold}; expected a number")

    def __call__(
        self, view: View, token: Int[Tensor, "*batch"], uniform: Float[Tensor, "*batch"]
    ) -> Bool[Tensor, "*batch"]:
        """Whether each position is selected; a criterion on scores ignores the uniform."""
        return self._fires(self._score(self._seen(view), token))

    def of_all(self, view: View) -> Bool[Tensor, "*batch vocab"]:
        """Whether the criterion would fire for each token of the vocabulary."""
        return self._fires(of_all_tokens(self._score, self._seen(view)))

    def __str__(self) -> str:
        """The text form that `parse` reads."""
        return f"{'sampled:' if self.reads == 'sampled' else ''}{text_of(self.score)}{self.side}{self.threshold!r}"

    @property
    def _score(self) -> Score:
        return SCORES[self.score] if isinstance(self.score, str) else self.score

    def _seen(self, view: View) -> View:
        return view._replace(raw=PairLogprobs(*view.sampled)) if self.reads == "sampled" else view

    def _fires(self, values: Tensor) -> Tensor:
        return values <= self.threshold if self.side == "<=" else values >= self.threshold


@dataclass(frozen=True)
class _Mass:
    criterion: Criterion

    def __call__(self, view: View, token: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
        proposal = getattr(view.sampled, view.proposer).exp()
        return torch.where(self.criterion.of_all(view), proposal, 0.0).sum(-1)

    def __str__(self) -> str:
        return f"mass({self.criterion})"


def mass(criterion: Criterion) -> Score:
    """A score per position: the probability, under the proposer's sampled policy, that the criterion fires there.

    >>> str(Criterion(mass(parse("delta_logp<=-0.3")), ">=", 0.1))
    'mass(delta_logp<=-0.3)>=0.1'
    """
    return _Mass(criterion)


@dataclass(frozen=True)
class AtRandom:
    """Fires at random (the paper's random baseline), at a fixed rate or at each position's score.

    `AtRandom(mass(c))` fires at every position as often as c does, but regardless of the token. Raises ValueError for a
    rate outside [0, 1].
    """

    rate: float | Score

    def __post_init__(self) -> None:
        if not callable(self.rate) and not 0 <= self.rate <= 1:
            raise ValueError(f"rate is {self.rate}; expected a probability, from 0 to 1")

    def __call__(
        self, view: View, token: Int[Tensor, "*batch"], uniform: Float[Tensor, "*batch"]
    ) -> Bool[Tensor, "*batch"]:
        """Whether each position is selected, decided by its own uniform in [0, 1)."""
        return uniform < (self.rate(view, token) if callable(self.rate) else self.rate)

    def __str__(self) -> str:
        """The text form that `parse` reads."""
        return {0: "nowhere", 1: "everywhere"}.get(self.rate) or f"random:{text_of(self.rate)}"


EVERYWHERE = AtRandom(1.0)
NOWHERE = AtRandom(0.0)
Where = Criterion | AtRandom


@dataclass(frozen=True)
class Intervention:
    """Where the criterion fires, the token is drawn from pi_gamma instead of kept (paper, sections 3.2 and 4.1).

    `where` is a criterion, its text form, or your own function. gamma = 0 replaces by RL, -1 by the base, and above 0
    extrapolates past RL. Raises ValueError for text that is no criterion and for gamma below -1.

    >>> Intervention("delta_logp <= -0.3") == Intervention(Criterion("delta_logp", "<=", -0.3))
    True
    """

    where: str | Callable[[View, Tensor, Tensor], Tensor]
    gamma: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.where, str):
            object.__setattr__(self, "where", parse(self.where))
        if not -1 <= self.gamma <= 1000:
            raise ValueError(f"gamma is {self.gamma}; expected -1 (the base), 0 (RL) or above 0 (past RL), up to 1000")


def calibrate(values: Float[np.ndarray, " tokens"], side: Literal["<=", ">="], budget: float) -> float:
    """The threshold at which a share `budget` of a score's values fires, or with ties the next larger share.

    The values come from the proposer's text on calibration problems. Raises ValueError for a budget outside (0, 1], no
    values, or values that are not numbers.

    >>> calibrate(np.array([-2.0, -0.5, 0.0, 0.1]), "<=", budget=0.5)
    -0.5
    """
    if not 0 < budget <= 1:
        raise ValueError(f"budget is {budget}; expected a share above 0 and at most 1")
    if not len(values) or np.isnan(values).any():
        raise ValueError(f"{len(values)} values, {np.isnan(values).sum()} not a number; a quantile needs numbers")
    sign = 1 if side == "<=" else -1
    return float(sign * np.quantile(sign * np.asarray(values), budget, method="inverted_cdf"))


def text_of(where: object) -> str:
    """The name of a criterion, score or rate in a file: its text form, or a function's module and name.

    >>> text_of(parse("nowhere")), text_of(calibrate)
    ('nowhere', 'rlvr_direction.interventions:calibrate')
    """
    name = getattr(where, "__qualname__", None)
    return f"{where.__module__}:{name}" if name else str(where)


NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?inf"
FORMS = "everywhere, nowhere, random:RATE, random:mass(...), SCORE<=NUMBER or SCORE>=NUMBER"


def parse(text: str) -> Where:
    """The criterion of a text form; spaces around signs do not matter.

    `parse(str(criterion)) == criterion`; a leading `sampled:` means `reads="sampled"`. Raises ValueError, with the
    choices, for any other text.

    >>> parse("delta_logp <= -0.3")
    Criterion(score='delta_logp', side='<=', threshold=-0.3, reads='raw')
    >>> str(parse("random:mass(delta_logp<=-0.3)"))
    'random:mass(delta_logp<=-0.3)'
    """
    text = re.sub(r"\s*([():]|[<>]=)\s*", r"\1", text.strip())
    if text in (named := {"everywhere": EVERYWHERE, "nowhere": NOWHERE}):
        return named[text]
    if match := re.fullmatch(r"random:mass\((.+)\)", text):
        return AtRandom(mass(_criterion(match[1])))
    if match := re.fullmatch(f"random:({NUMBER})", text):
        return AtRandom(float(match[1]))
    return _criterion(text)


def _criterion(text: str) -> Criterion:
    match = re.fullmatch(rf"(sampled:)?(?:(\w+)|mass\((.+)\))(<=|>=)({NUMBER})", text)
    if not match:
        raise ValueError(f"no criterion reads {text!r}; expected {FORMS}; a SCORE is {', '.join(SCORES)} or mass(...)")
    reads, name, inner, side, threshold = match.groups()
    return Criterion(name or mass(_criterion(inner)), side, float(threshold), "sampled" if reads else "raw")
