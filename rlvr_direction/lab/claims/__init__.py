"""The claims of the paper, one file each: its rule, fixed before the runs that decide it, and its verdict."""

from rlvr_direction.lab.claims import counts, direction, extrapolation, gradient, replacement, reweighting
from rlvr_direction.lab.claims.registry import CLAIMS, judge_all, recorded, verdict_records

__all__ = ["CLAIMS", "counts", "direction", "extrapolation", "gradient", "judge_all", "recorded"]
__all__ += ["replacement", "reweighting", "verdict_records"]
