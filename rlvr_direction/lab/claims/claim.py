"""A claim with the numbers of its rule, and what a judgement of it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rlvr_direction.lab.claims.verdicts import Verdict, combine, verdict
from rlvr_direction.statistics import Interval

__all__ = ["SEED", "Claim", "Judged", "Part", "as_record", "exactly", "judged"]

SEED = 0  # of every bootstrap that a verdict rests on


@dataclass(frozen=True)
class Claim:
    """What the paper says, the rule that decides it, and how its estimate is to be read.

    `bound`, `minimum_gain` and `below` are the rule's numbers, as `verdict` takes them; `study` names the recorded
    tables that decide; `departures` says where the rule is not that of its registration.
    """

    id: str
    statement: str
    rule: str
    chapter: str
    unit: str
    study: str | None
    bound: float = 0.0
    minimum_gain: float = 0.0
    below: bool = False
    deterministic: bool = False
    departures: tuple[str, ...] = ()
    registration: int = 1

    @property
    def better(self) -> str:
        """The direction in which the estimate speaks for the claim: "higher" or "lower"."""
        return "lower" if self.below else "higher"


class Part(NamedTuple):
    """One interval that a claim needs; each RL seed's estimate and Holm's p-value where the rule asks for them."""

    interval: Interval
    seeds: Sequence[float] | None = None
    p_holm: float = 0.0


@dataclass(frozen=True)
class Judged:
    """The verdict on a claim for one task and cell (where it was sampled); `low` and `high` are None where exact.

    `text` says in words what was measured.
    """

    claim: Claim
    task: str | None
    verdict: Verdict
    value: float
    low: float | None
    high: float | None
    text: str
    cell: str | None = "T = 1, top_p = 1"


def judged(claim: Claim, task: str, parts: Mapping[str, Part], text: str) -> Judged:
    """Judge parts that must all hold. The numbers are those of the part nearest to failing, `{part}` in the text."""
    rule = {"bound": claim.bound, "minimum_gain": claim.minimum_gain, "below": claim.below}
    found = combine([verdict(part.interval, seeds=part.seeds, p_holm=part.p_holm, **rule) for part in parts.values()])
    nearest = min(parts, key=lambda name: -parts[name].interval.high if claim.below else parts[name].interval.low)
    value, low, high = map(float, parts[nearest].interval)
    return Judged(claim, task, found, value, low, high, text.replace("{part}", nearest))


def exactly(claim: Claim, task: str | None, value: float, text: str, *, holds: bool = True) -> Judged:
    """Judge a number that has no error; `holds` is whatever else the rule asks for."""
    found = verdict(Interval(value, value, value), bound=claim.bound, below=claim.below)
    return Judged(claim, task, found if holds else "not reproduced", float(value), None, None, text, cell=None)


def as_record(row: Judged) -> dict:
    """A verdict with its rule as JSON, to four digits."""
    claim = row.claim
    names = ("id", "statement", "rule", "chapter", "unit", "better", "bound", "minimum_gain", "deterministic")
    of_claim = {name: getattr(claim, name) for name in (*names, "registration")}
    numbers = {key: _rounded(getattr(row, key)) for key in ("value", "low", "high")}
    return {**of_claim, "task": row.task, "cell": row.cell, "verdict": row.verdict, "text": row.text, **numbers}


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
