"""What a claim is, and how it is judged task by task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from rlvr_direction.lab.claims.verdicts import Verdict, combine, verdict
from rlvr_direction.statistics import Interval

__all__ = ["SEED", "Claim", "Judged", "Part", "Recorded", "as_record", "exactly", "judge_tasks"]

SEED = 0  # the seed of every bootstrap that a verdict rests on
Recorded = Mapping[str, Mapping[str, pd.DataFrame]]  # study -> task -> table


@dataclass(frozen=True)
class Claim:
    """What the paper says, the rule that decides it, and how to read its estimate.

    `rule` is in words; `bound`, `minimum_gain` and `below` are its numbers, as `verdict` takes them. `measured` says in
    words what is estimated, `study` which recorded tables decide, and `departures` where the rule differs from the
    registered one.
    """

    id: str
    statement: str
    rule: str
    chapter: str
    measured: str
    unit: str
    study: str | None = None
    bound: float = 0.0
    minimum_gain: float = 0.0
    below: bool = False
    deterministic: bool = False
    departures: tuple[str, ...] = ()
    registration: int = 1

    @property
    def better(self) -> str:
        """The direction in which an estimate supports the claim: "higher" or "lower"."""
        return "lower" if self.below else "higher"

    @property
    def reading(self) -> str:
        """The unit of the estimate and what supports the claim, such as "accuracy difference; above 0 supports it"."""
        return f"{self.unit}; {'below' if self.below else 'above'} {self.bound:g} supports it"


class Part(NamedTuple):
    """One interval that a claim needs, with the RL seeds' estimates and Holm's p-value if the rule asks for them."""

    interval: Interval
    seeds: Sequence[float] | None = None
    p_holm: float = 0.0


@dataclass(frozen=True)
class Judged:
    """The verdict on a claim for one task and `cell` (how texts were sampled); exact values have no `low` or `high`."""

    claim: Claim
    task: str | None
    verdict: Verdict
    value: float
    low: float | None
    high: float | None
    text: str
    cell: str | None = "T = 1, top_p = 1"


def judge_tasks(
    claim: Claim, recorded: Recorded, parts_of: Callable[[pd.DataFrame], Mapping[str, Part | Interval]]
) -> list[Judged]:
    """Judge a claim task by task: every one of its parts must hold.

    The numbers shown are those of the part nearest to failing; its name replaces `{part}` in `claim.measured`.
    """
    rule, rows = {"bound": claim.bound, "minimum_gain": claim.minimum_gain, "below": claim.below}, []
    for task, table in recorded[claim.study].items():
        parts = {name: Part(part) if isinstance(part, Interval) else part for name, part in parts_of(table).items()}
        found = combine([verdict(*part, **rule) for part in parts.values()])
        nearest = min(parts, key=lambda name: -parts[name].interval.high if claim.below else parts[name].interval.low)
        numbers = map(float, parts[nearest].interval)
        rows.append(Judged(claim, task, found, *numbers, claim.measured.replace("{part}", nearest)))
    return rows


def exactly(claim: Claim, task: str | None, value: float, text: str, *, holds: bool = True) -> Judged:
    """Judge an exact number; `holds` says whether the rest of the rule is met."""
    found = verdict(Interval(value, value, value), bound=claim.bound, below=claim.below)
    return Judged(claim, task, found if holds else "not reproduced", value, None, None, text, cell=None)


def as_record(row: Judged) -> dict:
    """A verdict and its claim as one JSON object, with numbers to four digits."""
    numbers = {key: getattr(row, key) for key in ("value", "low", "high")}
    numbers = {key: None if value is None else float(f"{value:.4g}") for key, value in numbers.items()}
    record = vars(row.claim) | vars(row) | numbers
    record |= {"better": row.claim.better, "reading": row.claim.reading, "departures": list(row.claim.departures)}
    return {key: value for key, value in record.items() if key not in ("claim", "measured")}
