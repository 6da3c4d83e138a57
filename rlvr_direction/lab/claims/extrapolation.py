"""Claims C4b and C4c: whether a gamma above 0 gains under the same gate, and whether it gains on RL."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from rlvr_direction.lab.claims.counts import Arms
from rlvr_direction.lab.claims.verdicts import Verdict, combine, verdict
from rlvr_direction.statistics import Interval, bootstrap, holm

__all__ = ["gain", "gains_by_stage", "judge_gain"]

GAIN = 0.01
SEEDS_NEEDED = 4


def gain(arms: Arms, of: str, against: str, *, draws: int = 2000, seed: int) -> Interval:
    """The accuracy of one family minus another's, paired by problem, with its interval."""
    names = list(arms.labels["family"])
    first, second = names.index(of), names.index(against)
    return bootstrap(
        lambda weights: float(np.subtract(*arms.accuracy(weights)[[first, second]])),
        arms.n_problems,
        draws=draws,
        seed=seed,
    )


def gains_by_stage(stages: dict[str, Arms], against: str, *, draws: int = 2000, seed: int) -> pd.DataFrame:
    """The gain of the chosen cell at every stage: `stage, gain, low, high, p, p_holm`.

    `p` is of a two-sided z-test on the differences by problem, `p_holm` adjusted over the stages.
    """
    rows = []
    for stage, arms in stages.items():
        interval = gain(arms, "chosen", against, draws=draws, seed=seed)
        rows.append((stage, *interval, _p(arms, against)))
    table = pd.DataFrame(rows, columns=["stage", "gain", "low", "high", "p"])
    return table.assign(p_holm=holm(table["p"].to_numpy()))


def judge_gain(rows: pd.DataFrame, seeds: Mapping[str, Sequence[float]]) -> Verdict:
    """The verdict on gains that must all hold: intervals above 0 also after Holm, none wholly below a point.

    A row is a gain `against` something, whose gains at the RL `seeds` must lie on the side that its verdict takes:
    at least 4 of them above 0 where it is reproduced, short of a point where it is not.
    """
    judged = []
    for row in rows.itertuples():
        found = verdict(Interval(row.gain, row.low, row.high), minimum_gain=GAIN)
        if found == "reproduced" and row.p_holm >= 0.05:
            found = "inconclusive"
        gains = np.asarray(seeds[row.against])
        uphold = gains > 0 if found == "reproduced" else gains < GAIN
        judged.append(found if uphold.sum() >= SEEDS_NEEDED else "inconclusive")
    return combine(judged)


def _p(arms: Arms, against: str) -> float:
    """Two-sided p-value of the mean difference by problem."""
    names = list(arms.labels["family"])
    rates = arms.correct / arms.samples
    differences = rates[names.index("chosen")] - rates[names.index(against)]
    spread = differences.std(ddof=1) / len(differences) ** 0.5
    return float(2 * stats.norm.sf(abs(differences.mean()) / spread)) if spread else 1.0
