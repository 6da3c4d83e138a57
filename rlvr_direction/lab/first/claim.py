"""How a claim of the first registration is judged task by task."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Recorded
from rlvr_direction.lab.claims.verdicts import combine
from rlvr_direction.lab.first.verdicts import verdict
from rlvr_direction.statistics import Interval

__all__ = ["OWN_RATES", "SEED", "Claim", "Judged", "Part", "Recorded", "judge_tasks"]

CELL = "finished, top_p 1"
OWN_RATES = "Each method has its own learning rate, tuned on one seed of arithmetic and used for both tasks."


class Part(NamedTuple):
    """One interval that a claim needs, with the RL seeds' estimates and Holm's p-value if the rule asks for them."""

    interval: Interval
    seeds: Sequence[float] | None = None
    p_holm: float = 0.0


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
        rows.append(Judged(claim, task, found, *numbers, claim.measured.replace("{part}", nearest), CELL))
    return rows
