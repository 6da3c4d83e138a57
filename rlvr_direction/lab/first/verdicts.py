"""The verdicts of the first registration, whose seeds must uphold a verdict and not only its sign."""

from collections.abc import Sequence

import numpy as np

from rlvr_direction.lab.claims.verdicts import SEEDS_NEEDED, Verdict
from rlvr_direction.statistics import Interval

__all__ = ["seeds_agree", "verdict"]


def verdict(
    interval: Interval,
    seeds: Sequence[float] | None = None,
    p_holm: float = 0.0,
    *,
    bound: float = 0.0,
    minimum_gain: float = 0.0,
    below: bool = False,
) -> Verdict:
    """Judge a 95 % interval: beyond the bound, on the other side of it, or neither.

    `reproduced`: the interval lies wholly above `bound` (wholly below it if `below`), and Holm's p-value is below .05.
    `not reproduced`: it lies wholly on the other side, or wholly short of `minimum_gain` (.01 is 1 point), because the
    paper claims a gain that matters. `inconclusive`: neither, or the estimates of the RL `seeds` do not agree with the
    verdict. Raises ValueError where an end is nan.

    >>> verdict(Interval(0.05, 0.02, 0.08)), verdict(Interval(0.004, 0.001, 0.007), minimum_gain=0.01)
    ('reproduced', 'not reproduced')
    """
    sign = -1 if below else 1
    low, high = (-interval.high, -interval.low) if below else (interval.low, interval.high)
    if not low <= high:
        raise ValueError(f"{interval}: expected two numbers, the lower end first")
    edge, enough = sign * bound, sign * bound + minimum_gain
    found = "reproduced" if low > edge and p_holm < 0.05 else "inconclusive"
    found = "not reproduced" if high < enough else found
    agree = seeds is None or seeds_agree(found, [sign * seed for seed in seeds], edge=edge, enough=enough)
    return found if agree else "inconclusive"


def seeds_agree(found: Verdict, seeds: Sequence[float], *, edge: float = 0.0, enough: float = 0.0) -> bool:
    """Whether at least 4 RL seeds lie on the side of a verdict.

    That is above `edge` for "reproduced" and below `enough` for "not reproduced"; a seed on the edge is on neither.
    """
    upholding = {"reproduced": np.greater(seeds, edge), "not reproduced": np.less(seeds, enough)}
    return found in upholding and bool(upholding[found].sum() >= SEEDS_NEEDED)
