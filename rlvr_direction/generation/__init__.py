"""A pair inside transformers' `generate`: replacement as its decoding loop, extrapolation as a logits processor."""

from rlvr_direction.generation.extrapolating import Extrapolating
from rlvr_direction.generation.replacing import replacing

__all__ = ["Extrapolating", "replacing"]
