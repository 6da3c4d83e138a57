"""The claims, one file each: its rule, fixed before the runs that decide it, and its verdict."""

from rlvr_direction.lab.claims import (
    advantage,
    counts,
    direction,
    extrapolation,
    gradient,
    leads,
    other_pairs,
    replacement,
    rewards,
    reweighting,
    together,
    travel,
    trees,
    variants,
    wording,
)
from rlvr_direction.lab.claims.registry import CLAIMS, judge_all, judged, recorded, verdict_records

__all__ = ["CLAIMS", "advantage", "counts", "direction", "extrapolation", "gradient", "judge_all", "leads", "recorded"]
__all__ += [
    "judged",
    "other_pairs",
    "replacement",
    "rewards",
    "reweighting",
    "together",
    "travel",
    "trees",
    "variants",
    "verdict_records",
    "wording",
]
