"""What a claim is, and how it is judged task by task and cell by cell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.verdicts import SEEDS_NEEDED, Verdict, combine, verdict
from rlvr_direction.lab.claims.wording import in_words
from rlvr_direction.lab.regime import CELLS, DECIDING
from rlvr_direction.statistics import Interval, paired_t

__all__ = ["SEED", "Claim", "Judged", "Part", "Recorded", "as_records", "exactly", "judge_cells", "judge_tasks"]

SEED = 0  # the seed of every bootstrap that a verdict rests on
UNRECORDED = ("claim", "measured", "only", "over_seeds", "seeds_needed")  # of a row and its claim
NEIGHBOUR = ("cell", "verdict", "value", "low", "high", "text", "note", "vacuous")  # kept of a row beside a verdict
Recorded = Mapping[str, Mapping[str, pd.DataFrame]]  # study -> task -> table


@dataclass(frozen=True)
class Claim:
    """What is claimed, the rule that decides it, and how to read its estimate.

    `rule` is in words; `bound`, `minimum_gain` and `below` are its numbers, as `verdict` takes them. `measured` says in
    words what is estimated, `study` which recorded tables decide, `also` which others `judge` reads, and `departures`
    where the rule differs from the registered one. `ours` marks a result that the paper does not have. No registered
    rule has `only`, which leaves the parts whose name has these words, `over_seeds`, which replaces each interval by a
    t-interval over the RL seeds, or other `seeds_needed`: they are for readers who ask what another rule would have
    said.
    """

    id: str
    statement: str
    rule: str
    chapter: str
    measured: str
    unit: str
    study: str | None = None
    also: tuple[str, ...] = ()
    bound: float = 0.0
    minimum_gain: float = 0.0
    below: bool = False
    deterministic: bool = False
    ours: bool = False
    departures: tuple[str, ...] = ()
    only: str = ""
    over_seeds: bool = False
    seeds_needed: int = SEEDS_NEEDED

    @property
    def better(self) -> str:
        """The direction in which an estimate supports the claim: "higher" or "lower"."""
        return "lower" if self.below else "higher"

    @property
    def reading(self) -> str:
        """The unit of the estimate and what supports the claim, such as "accuracy difference; above 0 supports it"."""
        return f"{self.unit}; {'below' if self.below else 'above'} {self.bound:g} supports it"


class Part(NamedTuple):
    """One interval that a claim needs, with the estimates of the RL seeds where the rule asks for them."""

    interval: Interval
    seeds: Sequence[float] | None = None


@dataclass(frozen=True)
class Judged:
    """The verdict on a claim for one task and cell; exact values have no `low` or `high`.

    Only a `deciding` row is a verdict; the others say what the same rule finds elsewhere. A `note` says what could not
    be compared, or how to read the number; `chosen` says what was chosen on other problems. A `vacuous` row follows the
    rule where nothing of what is claimed was done, such as extrapolation with gamma 0.
    """

    claim: Claim
    task: str | None
    verdict: Verdict
    value: float
    low: float | None
    high: float | None
    text: str
    cell: str | None = None
    deciding: bool = True
    note: str = ""
    chosen: str = ""
    vacuous: bool = False


def judge_cells(
    claim: Claim, recorded: Recorded, parts_of: Callable[[pd.DataFrame], Mapping[str, Part | Interval]]
) -> list[Judged]:
    """Judge a claim in every cell of every task that its study recorded; every one of its parts must hold.

    `parts_of` takes the rows of one cell, whose name is in the column `cell`. The deciding cell comes first.
    """
    return [
        _row(claim, task, parts_of(table[table["cell"] == str(cell)]), cell=str(cell), deciding=cell == DECIDING)
        for task, table in recorded[claim.study].items()
        for cell in CELLS
        if (table["cell"] == str(cell)).any()
    ]


def judge_tasks(
    claim: Claim, recorded: Recorded, parts_of: Callable[[pd.DataFrame], Mapping[str, Part | Interval]]
) -> list[Judged]:
    """Judge a claim whose study has no cells: one row per task; every one of its parts must hold."""
    return [_row(claim, task, parts_of(table)) for task, table in recorded[claim.study].items()]


def exactly(claim: Claim, task: str | None, value: float, text: str, *, holds: bool = True, note: str = "") -> Judged:
    """Judge an exact number; `holds` says whether the rest of the rule is met."""
    found = verdict(Interval(value, value, value), bound=claim.bound, below=claim.below)
    return Judged(claim, task, found if holds else "not reproduced", value, None, None, text, note=note)


def as_records(rows: Iterable[Judged]) -> list[dict]:
    """Verdicts and their claims as JSON objects, with numbers to four digits.

    Rows that are not deciding become the `neighbours` of the verdict before them on the same claim and task; where
    there is none, such a row stands by itself.
    """
    found = []
    for row in rows:
        record = _as_record(row)
        before = found[-1] if found else {}
        if not row.deciding and all(before.get(key) == record[key] for key in ("id", "task")):
            before["neighbours"].append({key: record[key] for key in NEIGHBOUR})
        else:
            found.append(record | {"neighbours": []})
    return found


def _as_record(row: Judged) -> dict:
    numbers = {key: getattr(row, key) for key in ("value", "low", "high")}
    numbers = {key: None if value is None else float(f"{value:.4g}") for key, value in numbers.items()}
    record = vars(row.claim) | vars(row) | numbers
    record |= {"better": row.claim.better, "reading": row.claim.reading}
    elsewhere = [said for said in row.claim.departures if said.startswith("On ") and row.task not in said.split()[:2]]
    record |= {"departures": [said for said in row.claim.departures if said not in elsewhere]}
    record |= {"also": list(row.claim.also)}
    return {key: value for key, value in record.items() if key not in UNRECORDED}


def _row(claim: Claim, task: str, parts: Mapping[str, Part | Interval], **where: object) -> Judged:
    """A row with the numbers of the part that decides; its name, in words, replaces `{part}`.

    That is, of the parts that read as the whole does, the one nearest to failing.
    """
    rule = {"bound": claim.bound, "minimum_gain": claim.minimum_gain, "below": claim.below}
    rule |= {"seeds_needed": claim.seeds_needed}
    parts = {name: _asked(claim, part) for name, part in parts.items() if claim.only in name}
    verdicts = {name: verdict(*part, **rule) for name, part in parts.items()}
    found = combine([*verdicts.values()])
    deciding = [name for name in parts if verdicts[name] == found]
    nearest = min(deciding, key=lambda name: -parts[name].interval.high if claim.below else parts[name].interval.low)
    interval, seeds = parts[nearest]
    by_seeds = seeds is not None and verdict(interval, **rule) != verdicts[nearest]
    note = f"Too few of {len(seeds)} RL seeds have the sign of the estimate." if by_seeds else ""
    text = claim.measured.replace("{part}", in_words(nearest))
    return Judged(claim, task, found, *map(float, interval), text, note=note, **where)


def _asked(claim: Claim, part: Part | Interval) -> Part:
    """A part as the claim wants it: its interval over problems, or over the RL seeds, each counted once."""
    part = Part(part) if isinstance(part, Interval) else part
    return Part(paired_t(np.array(part.seeds)), part.seeds) if claim.over_seeds and part.seeds else part
