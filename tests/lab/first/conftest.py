"""Recorded tables of studies whose truth is known."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def training_table():
    """A function of each method's gain over DAPO in accuracy and pass@16 -> runs of ten seeds by DAPO and them."""

    def make(**gains):
        noise = np.random.default_rng(0).normal(scale=0.002, size=(len(gains) + 1, 10))
        rows = [
            (method, seed, rollout, accuracy + gain + noise[i, seed], 0.9 + gain + noise[i, seed])
            for i, (method, gain) in enumerate({"DAPO": 0.0, **gains}.items())
            for seed in range(10)
            for rollout, accuracy in ((0, 0.2), (60, 0.8))
        ]
        return pd.DataFrame(rows, columns=["method", "seed", "rollout", "accuracy", "pass@16"])

    return make
