"""The three verdicts, from intervals, conjunctions and the signs of several RL seeds."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from rlvr_direction.statistics import Interval

__all__ = ["SEEDS_NEEDED", "NothingToJudge", "Verdict", "combine", "verdict", "verdicts_by_chance"]

Verdict = Literal["reproduced", "not reproduced", "inconclusive"]
SEEDS_NEEDED = 4


class NothingToJudge(ValueError):
    """A rule that leaves no estimate to judge."""


def verdict(
    interval: Interval,
    seeds: Sequence[float] | None = None,
    *,
    bound: float = 0.0,
    minimum_gain: float = 0.0,
    below: bool = False,
    seeds_needed: int = SEEDS_NEEDED,
) -> Verdict:
    """Judge a 95 % interval: beyond the bound, on the other side of it, or neither.

    `reproduced`: the interval lies wholly above `bound` (wholly below it if `below`). `not reproduced`: it lies wholly
    on the other side, or wholly short of `minimum_gain` (.01 is 1 point), because the paper claims a gain that matters.
    `inconclusive`: neither, or fewer than `seeds_needed` of the RL `seeds` lie on the same side of the bound as the
    estimate. Raises ValueError where an end is nan.

    >>> verdict(Interval(0.05, 0.02, 0.08)), verdict(Interval(0.004, 0.001, 0.007), minimum_gain=0.01)
    ('reproduced', 'not reproduced')
    >>> verdict(Interval(0.05, 0.02, 0.08), seeds=[0.2, 0.1, 0.1, -0.1, -0.05])
    'inconclusive'
    """
    sign = -1 if below else 1
    low, high = (-interval.high, -interval.low) if below else (interval.low, interval.high)
    if not low <= high:
        raise ValueError(f"{interval}: expected two numbers, the lower end first")
    edge = sign * bound
    if seeds is not None:
        same = np.sign(np.subtract(seeds, bound)) == np.sign(interval.value - bound)
        if same.sum() < seeds_needed:
            return "inconclusive"
    if high < edge + minimum_gain:
        return "not reproduced"
    return "reproduced" if low > edge else "inconclusive"


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a conjunction: reproduced if every part is, not reproduced if any part is not, else inconclusive.

    Raises NothingToJudge where there are no parts.
    """
    if not verdicts:
        raise NothingToJudge("a conjunction of no verdicts decides nothing: pass at least one")
    if "not reproduced" in verdicts:
        return "not reproduced"
    return "inconclusive" if "inconclusive" in verdicts else "reproduced"


def verdicts_by_chance(n_judged: int) -> float:
    """The expected number of false "reproduced" if each of `n_judged` effects lay exactly on its bound.

    A 95 % interval lies wholly above the true value 2.5 % of the time; a conjunction errs less often.
    """
    return 0.025 * n_judged
