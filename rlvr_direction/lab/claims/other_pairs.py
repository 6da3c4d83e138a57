"""Q10 and the sizes: the book's findings on pairs that are no committed toys."""

from collections.abc import Mapping
from functools import partial

import pandas as pd

from rlvr_direction.statistics import paired_t

__all__ = ["findings"]

Arm = tuple[str, float | None]  # a family and, if it has one, its budget
SEPARATION: Mapping[str, str] = {"AUROC of delta_logp": "delta_logp", "AUROC, lead on the best magnitude": "lead"}
ACCURACY: Mapping[str, Arm] = {"base alone": ("nowhere", None), "RL alone": ("everywhere", None)}
DIFFERENCES: Mapping[str, tuple[Arm, Arm]] = {
    "5 % replaced, delta_logp minus KL": (("delta_logp", 0.05), ("kl_rl_base", 0.05)),
    "5 % replaced, delta_logp minus random": (("delta_logp", 0.05), ("random", 0.05)),
    "10 % replaced by delta_logp, minus cold RL": (("delta_logp", 0.1), ("cold rl", None)),
    "selective extrapolation minus gamma 0": (("selective", None), ("gamma 0", None)),
    "selective extrapolation minus cold RL": (("selective", None), ("cold rl", None)),
}


def findings(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Every finding that a study has the arms for: `by, finding, value, low, high`, with 95 % intervals over problems.

    `table` is study `adapters`'s or `sizes`'s of one task, `by` the column that tells its pairs apart. Accuracies are
    at the paper's sampling. A problem counts with its mean over RL seeds; the ends of an AUROC are means over seeds,
    which makes its interval too wide rather than too narrow.
    """
    answers, aurocs = (table[table["measure"] == measure] for measure in ("answers", "auroc"))
    keys = [by, "family", "budget", "problem_id"]
    right = answers.groupby(keys, dropna=False, sort=False)["correct"].mean().reset_index()
    areas = aurocs.groupby([by, "family"])[["value", "low", "high"]].mean()
    rows = []
    for pair in dict.fromkeys(table[by]):
        rows += [(pair, name, *areas.loc[(pair, score)]) for name, score in SEPARATION.items()]
        arm = partial(_correct, right[right[by] == pair])
        found = {name: arm(*of) for name, of in ACCURACY.items()}
        found |= {name: arm(*of) - arm(*other) for name, (of, other) in DIFFERENCES.items()}
        found = {name: values.dropna().to_numpy() for name, values in found.items()}  # nan where one arm is missing
        rows += [(pair, name, *paired_t(values)) for name, values in found.items() if len(values)]
    return pd.DataFrame(rows, columns=[by, "finding", "value", "low", "high"])


def _correct(right: pd.DataFrame, family: str, budget: float | None) -> pd.Series:
    """How often one arm solves each problem; empty where the study has no such arm."""
    found = right[(right["family"] == family) & (budget is None or right["budget"] == budget)]
    return found.set_index("problem_id")["correct"]
