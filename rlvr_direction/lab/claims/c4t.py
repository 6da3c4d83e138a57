"""Claim C4t: the theorem, with tokens as actions."""

import numpy as np
import pandas as pd

from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Recorded, exactly
from rlvr_direction.lab.claims.trees import LOST, Tree, gains, random_tree

__all__ = ["CLAIM", "counterexample", "judge"]

CLAIM = Claim(
    id="C4t",
    statement="For a tabular softmax trained by natural policy gradient, with tokens as actions, some gamma > 0 does "
    "at least as well as RL.",
    rule="One counterexample, exact by enumeration, refutes it for real-valued rewards. For 0/1 rewards one refutes "
    "it, too; while none is found the question is open, and the number of trees searched is stated.",
    chapter="06_extrapolation",
    measured="Real-valued rewards: the largest gain of any gamma from 0.01 to 100 on a counterexample tree",
    unit="gain in expected reward",
    study="trees",
    bound=-LOST,
    deterministic=True,
)
TRIED = 2000  # trees; one in some hundreds is a counterexample
NOTE = "The best of all gammas on one tree: below 0 says that each of them loses there, so the theorem fails."


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """A row for real-valued rewards, computed here, and one for 0/1 rewards where the search is recorded."""
    rows = [exactly(claim, None, float(gains(counterexample(seed=SEED)).max()), claim.measured, note=NOTE)]
    tables = list(recorded.get("trees", {}).values())
    if tables:
        table = pd.concat(tables)
        rows.append(_open(claim, table[table["rewards"] == "0/1"].drop_duplicates("seed")))
    return rows


def _open(claim: Claim, table: pd.DataFrame) -> Judged:
    """Refuted by a counterexample; otherwise open, which no number of trees would change."""
    found, value = int(table["counterexamples"].sum()), float(table["smallest"].min())
    text = f"0/1 rewards: {found} counterexamples in {table['trees'].sum():,} random trees"
    text += "" if found else "; open"
    return Judged(claim, None, "not reproduced" if found else "inconclusive", value, None, None, text, deciding=False)


def counterexample(*, seed: int) -> Tree:
    """The worst of the first random trees with real-valued rewards: no gamma above 0 does as well as RL on it.

    Raises RuntimeError if there is none among them.
    """
    rng = np.random.default_rng(seed)
    trees = [random_tree("real-valued", rng) for _ in range(TRIED)]
    best = [gains(tree, (0.01, 0.1, 1.0, 10.0)).max() for tree in trees]
    for i in np.argsort(best):
        if best[i] < -LOST and gains(trees[i]).max() < -LOST:
            return trees[i]
    raise RuntimeError(f"no counterexample among {TRIED} trees of seed {seed}: try another seed")
