"""Weightings: functions of a rollout that say how much the advantage of each token counts in GRPO.

A weighting is any function `Rollout -> (B, T)`; a function of your own serves as well as these. Weights of 1 are plain
GRPO.
"""

from rlvr_direction.reweighting.rollout import Rollout, Weighting, checked, is_pointwise, needs
from rlvr_direction.reweighting.weightings import (
    divergence,
    entropy_top,
    high_probability,
    keep_above,
    keep_below,
    low_probability,
    mean_one,
    negative_only,
    perplexity,
    positive_only,
    surprisal_top,
    uniform,
)

__all__ = [
    "Rollout",
    "Weighting",
    "checked",
    "divergence",
    "entropy_top",
    "high_probability",
    "is_pointwise",
    "keep_above",
    "keep_below",
    "low_probability",
    "mean_one",
    "needs",
    "negative_only",
    "perplexity",
    "positive_only",
    "surprisal_top",
    "uniform",
]
