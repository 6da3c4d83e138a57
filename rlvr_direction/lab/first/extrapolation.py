"""Claims C4b and C4c: whether a gamma above 0 gains under the same gate, and whether it gains on RL."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from rlvr_direction.lab.first.claim import SEED, Part
from rlvr_direction.lab.first.counts import Arms, arms_of_part
from rlvr_direction.statistics import Interval, bootstrap, holm

__all__ = ["DEPARTURES", "at_the_last_stage", "deciding", "gain", "gains_by_seed", "gains_by_stage"]

DEPARTURES = (
    "If the claim is not reproduced, at least 4 of 5 RL seeds must gain less than 1 point. The registered rule asks "
    "for the same sign on 4 of 5, but a gain of zero has no sign.",
    "RL seeds 1 to 4 were run on 500 problems.",
)


def gain(arms: Arms, of: str, against: str, *, draws: int = 2000, seed: int) -> Interval:
    """The accuracy of one family minus another's, paired by problem, with its interval over problems."""
    first, second = arms.row(of), arms.row(against)

    def difference(weights: np.ndarray) -> float:
        accuracy = arms.accuracy(weights)
        return float(accuracy[first] - accuracy[second])

    return bootstrap(difference, arms.n_problems, draws=draws, seed=seed)


def deciding(table: pd.DataFrame, part: str, **labels: object) -> Arms:
    """The families of one deciding part of a recorded study: "chosen", "gamma 0" (under its gate), "rl", "global"."""
    return arms_of_part(table, part, ["family"], **labels)


def gains_by_stage(table: pd.DataFrame, against: str, *, draws: int = 2000, seed: int) -> pd.DataFrame:
    """The gain of the chosen cell at every stage of a study: `stage, gain, low, high, p, p_holm, where, gamma`.

    `p` is from a two-sided z-test on the differences by problem; `p_holm` is adjusted over the stages.
    """
    decide, rows = table[table["part"] == "decide"], []
    for stage in sorted(decide["stage"].unique()):
        arms = deciding(decide, "decide", stage=stage)
        rows.append((stage, *gain(arms, "chosen", against, draws=draws, seed=seed), _p(arms, "chosen", against)))
    found = pd.DataFrame(rows, columns=["stage", "gain", "low", "high", "p"])
    chosen = decide[decide["family"] == "chosen"].groupby("stage")[["where", "gamma"]].first()
    return found.assign(p_holm=holm(found["p"].to_numpy())).join(chosen, on="stage")


def gains_by_seed(table: pd.DataFrame, against: str) -> list[float]:
    """The gain at the last stage for each RL seed, starting with seed 0."""
    last = table.loc[table["part"] == "decide", "stage"].max()
    others = sorted(table.loc[table["part"] == "seeds", "rl_seed"].unique())
    found = [deciding(table, "decide", stage=last), *(deciding(table, "seeds", rl_seed=seed) for seed in others)]
    return [gain(arms, "chosen", against, draws=1, seed=SEED).value for arms in found]


def at_the_last_stage(table: pd.DataFrame, rivals: Sequence[str]) -> dict[str, Part]:
    """The gain over each rival at the last stage, with Holm's p-value over stages and the gains of all RL seeds."""
    parts = {}
    for against in rivals:
        last = gains_by_stage(table, against, draws=1, seed=SEED).iloc[-1]
        interval = gain(deciding(table, "decide", stage=last["stage"]), "chosen", against, seed=SEED)
        name = f"{against}, with gamma {last['gamma']:g} where {last['where']}"
        parts[name] = Part(interval, gains_by_seed(table, against), last["p_holm"])
    return parts


def _p(arms: Arms, of: str, against: str) -> float:
    """Two-sided p-value of the mean difference between two families, problem by problem."""
    rates = arms.correct / arms.samples
    differences = rates[arms.row(of)] - rates[arms.row(against)]
    spread = differences.std(ddof=1) / len(differences) ** 0.5
    return float(2 * stats.norm.sf(abs(differences.mean()) / spread)) if spread else 1.0
