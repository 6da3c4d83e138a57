"""What an interval, a conjunction and a handful of seeds say: the three verdicts."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from rlvr_direction.statistics import Interval

__all__ = ["Verdict", "combine", "seeds_agree", "verdict", "verdicts_by_chance"]

Verdict = Literal["reproduced", "not reproduced", "inconclusive"]


def verdict(
    interval: Interval, *, bound: float = 0.0, minimum_gain: float | None = None, below: bool = False
) -> Verdict:
    """Judge a 95 % interval: beyond the bound, on the other side of it, or neither.

    `reproduced` where the interval lies wholly above `bound` (wholly below it if `below`), `not reproduced` where it
    lies wholly on the other side, `inconclusive` where it holds the bound. A claim of a gain passes `minimum_gain` (.01
    is 1 point): an interval wholly short of it is `not reproduced` even if it excludes 0, for the paper claims a gain
    that matters, and one shown to be smaller is not it. Raises ValueError where an end is nan.

    >>> verdict(Interval(0.05, 0.02, 0.08)), verdict(Interval(0.004, 0.001, 0.007), minimum_gain=0.01)
    ('reproduced', 'not reproduced')
    """
    low, high = (-interval.high, -interval.low) if below else (interval.low, interval.high)
    edge = -bound if below else bound
    if not low <= high:
        raise ValueError(f"{interval}: expected two numbers, the lower end first")
    if high < edge or (minimum_gain is not None and high < edge + minimum_gain):
        return "not reproduced"
    return "reproduced" if low > edge else "inconclusive"


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a conjunction: reproduced if every part is, not reproduced if any part is not, else inconclusive.

    Raises ValueError where there are no parts.
    """
    if not verdicts:
        raise ValueError("a conjunction of no verdicts decides nothing: pass at least one")
    if "not reproduced" in verdicts:
        return "not reproduced"
    return "inconclusive" if "inconclusive" in verdicts else "reproduced"


def seeds_agree(differences: Sequence[float], *, needed: int = 4) -> bool:
    """Whether at least `needed` RL seeds give the same sign, whichever it is; 0 has none."""
    signs = np.sign(differences)
    return bool(max((signs > 0).sum(), (signs < 0).sum()) >= needed)


def verdicts_by_chance(n_judged: int, *, level: float = 0.95) -> float:
    """Expected number of false "reproduced" if every one of `n_judged` effects sat exactly on its bound.

    One side of a two-sided interval misses its bound (1 - level) / 2 of the time; a conjunction errs less often.
    """
    return n_judged * (1 - level) / 2
