"""Recorded tables of studies whose truth is known."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def replacement_table():
    """A function of each family's speed -> a study of five RL seeds: accuracy rises as 1 - exp(-speed * budget)."""

    def make(speeds, *, of_seeds=None, n=300):
        budgets, luck = (0.02, 0.05, 0.1, 0.2, 0.4), np.random.default_rng(0).random(n)
        rows = []
        for rl_seed in range(5):
            of_seed = (of_seeds or speeds) if rl_seed else speeds
            arms = [(f, b, 1 - np.exp(-speed * b)) for f, speed in of_seed.items() for b in budgets]
            for family, budget, share in [("nowhere", 0.0, 0.0), ("everywhere", 1.0, 1.0), *arms]:
                found = {"problem_id": np.arange(n), "correct": (luck < 0.2 + 0.6 * share).astype(int)}
                labels = {"family": family, "budget": budget, "rl_seed": rl_seed}
                labels |= {"part": "seeds" if rl_seed else "curves"}
                counts = {"n_selected": int(1000 * budget), "n_changed": int(900 * budget)}
                rows.append(pd.DataFrame(found).assign(**labels, **counts, n_tokens=1000, samples=1))
        return pd.concat(rows, ignore_index=True)

    return make


@pytest.fixture
def extrapolation_table():
    """A function (gain over gamma 0, gain over RL, gains of RL seeds 1 to 4) -> a study of two stages."""

    def make(on_gate, on_rl, seeds, *, n=2000):
        stages = [("decide", "rl_010", 0, 0.1, 0.1), ("decide", "rl_080", 0, on_gate, on_rl)]
        stages += [("seeds", f"rl_080_seed_{k}", k, gained, gained) for k, gained in enumerate(seeds, 1)]
        rows = []
        for part, stage, rl_seed, gate, rl in stages:
            for family, accuracy in {"chosen": 0.5, "gamma 0": 0.5 - gate, "rl": 0.5 - rl}.items():
                found = {"problem_id": np.arange(n), "correct": 4 * (np.arange(n) < round(n * accuracy))}
                labels = {"part": part, "stage": stage, "rl_seed": rl_seed, "family": family, "samples": 4}
                rows.append(pd.DataFrame(found).assign(**labels, gamma=0.3 if family == "chosen" else 0.0))
        table = pd.concat(rows, ignore_index=True)
        return table.assign(n_tokens=9, n_selected=1, n_changed=1, where="delta_logp<=-0.3")

    return make


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
