"""Recorded tables of studies whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims.direction import POOLED
from rlvr_direction.lab.regime import DECIDING

BUDGETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)


def arm(family, budget, accuracy, *, luck, changed=0.9, seed=0, purpose="judged"):
    """One arm of one RL seed: problem i is right where `luck[i]` is below `accuracy`."""
    counts = {"problem_id": np.arange(len(luck)), "correct": (luck < accuracy).astype(int), "n_tokens": 1000}
    counts |= {"n_selected": round(1000 * budget), "n_changed": round(1000 * budget * changed), "samples": 1}
    return pd.DataFrame(counts).assign(
        family=family, budget=budget, rl_seed=seed, purpose=purpose, cell=str(DECIDING), checkpoint="rl_020"
    )


@pytest.fixture
def gates_table():
    """A function of each family's speed -> a study in the deciding cell: accuracy rises as 1 - exp(-speed * budget).

    The base has .2 and RL everywhere .8. `of_seed` replaces the speeds of single RL seeds, `changed` (.9) is the share
    of selected tokens that a family changes, and cold RL has the accuracy `cold`.
    """

    def make(speeds, *, of_seed=None, changed=None, cold=0.8, seeds=5, n=400):
        luck, arms = np.random.default_rng(0).random(n), []
        for seed in range(seeds):
            of = {"luck": luck, "seed": seed}
            arms += [arm("nowhere", 0.0, 0.2, **of), arm("everywhere", 1.0, 0.8, **of), arm("cold rl", 1.0, cold, **of)]
            for family, speed in ((of_seed or {}).get(seed) or speeds).items():
                for budget in BUDGETS:
                    share = (changed or {}).get(family, 0.9)
                    reached = 0.2 + 0.6 * (1 - np.exp(-speed * budget))
                    arms.append(arm(family, budget, reached, changed=share, **of))
                    if family == "delta_logp":
                        arms.append(arm(family, budget, reached, changed=share, purpose="calibration", **of))
        return pd.concat(arms, ignore_index=True)

    return make


@pytest.fixture
def separation_table():
    """A function of a claim's id and its levels -> a recorded cell of the study "separation".

    The cell has this pooled `lead` and those of RL `seeds` at one level, and a lead of .2 at every other.
    """

    def make(claim, levels, lead, seeds, *, cell=DECIDING, level=None):
        asked = level or levels[-1]
        of = [(name, k, x if name == asked else 0.2) for name in levels for k, x in ((POOLED, lead), *enumerate(seeds))]
        table = pd.DataFrame(of, columns=["level", "rl_seed", "value"]).assign(score=f"lead {claim}", cell=str(cell))
        table = table.assign(low=table["value"] - 0.02, high=table["value"] + 0.02)
        return pd.concat([table, table.assign(score="delta_logp", value=0.9)])

    return make


@pytest.fixture
def rewards_table():
    """A function of each reward's lead, which is how much right responses have more of it -> the study "rewards".

    There are 60 problems with two right and two wrong responses per stage, writer and nucleus; `of_cell` replaces the
    leads of single (stage, writer, top_p).
    """

    def make(leads, *, of_cell=None):
        cells = [
            (stage, writer, top) for stage in ("rl_010", "rl_080") for writer in ("base", "rl") for top in (1.0, 0.7)
        ]
        rows, correct = [], np.tile([0, 1, 0, 1], 60)
        for stage, writer, top_p in cells:
            rng, of = np.random.default_rng(0), (of_cell or {}).get((stage, writer, top_p)) or leads
            table = {"problem_id": np.repeat(np.arange(60), 4), "correct": correct, "n_tokens": 5, "answer": correct}
            table |= {name: of.get(name, 0) * correct + rng.normal(size=240) for name in ("sum", "minimum")}
            rows.append(pd.DataFrame(table).assign(last=0.0, sum_logp_rl=0.0, stage=stage, writer=writer, top_p=top_p))
        return {"rewards": {"a task": pd.concat(rows, ignore_index=True)}}

    return make
