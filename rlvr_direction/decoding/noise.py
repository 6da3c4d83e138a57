"""Noise is indexed, not streamed: each seed, problem, sample and position has its own uniforms.

They are drawn before decoding, so that a result does not depend on batching or order, and all interventions with one
seed share their noise.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["Noise", "indexed_noise"]


class Noise(NamedTuple):
    """Float64 uniforms in [0, 1): one per position for each of the three draws."""

    proposal: Float[Tensor, "*batch"]
    alternative: Float[Tensor, "*batch"]
    selection: Float[Tensor, "*batch"]


def indexed_noise(problem_ids: Sequence[int], sample_ids: Sequence[int], length: int, *, seed: int) -> Noise:
    """The uniforms of each (problem, sample), `(batch, length)`: Philox keyed by seed, counted by the indices."""
    uniforms = np.empty((len(Noise._fields), len(problem_ids), length))
    for row, (problem, sample) in enumerate(zip(problem_ids, sample_ids, strict=True)):
        for stream in range(len(Noise._fields)):
            philox = np.random.Philox(key=seed, counter=[0, stream, sample, problem])
            uniforms[stream, row] = np.random.Generator(philox).random(length)
    return Noise(*torch.from_numpy(uniforms))
