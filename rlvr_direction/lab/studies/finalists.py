"""Claims C2h, C4b, C4c and C4h in the deciding cell: the arms that they compare, with several samples per problem.

The studies "gates" and "tilts" chose these arms on calibration problems and ran them once per problem, which leaves
intervals of 2 to 3 points on either side. Here each arm answers every judged problem several times; the first sample is
that of the study which chose it.
"""

from collections.abc import Mapping
from dataclasses import fields
from functools import partial

import pandas as pd

from rlvr_direction.lab.claims.replacement import best_budgets
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import DECIDING, JUDGED
from rlvr_direction.lab.studies.arms import Arm, run_arm
from rlvr_direction.lab.studies.earlier import table_of

__all__ = ["SAMPLES", "plan_gates", "plan_tilts"]

SAMPLES: Mapping[str, int] = {"worded": 8}  # per problem; elsewhere 4
COMPARED = ("chosen", "gamma 0", "rl", "cold rl")


def plan_gates(task: str, *, seeds: int, n: int) -> list[Part]:
    """delta_logp at its best budget, and cold RL, for every RL seed; raises FileNotFoundError without "gates"."""
    rows = _deciding("gates", task)
    best = rows["rl_seed"].map(best_budgets(rows))
    gated = rows[(rows["family"] == "delta_logp") & (rows["budget"] == best)]
    return _again(task, pd.concat([gated, rows[rows["family"] == "cold rl"]]), seeds, n)


def plan_tilts(task: str, *, seeds: int, n: int) -> list[Part]:
    """The chosen gamma and gate and their rivals, for every RL seed; raises FileNotFoundError without "tilts"."""
    rows = _deciding("tilts", task)
    return _again(task, rows[rows["family"].isin(COMPARED)], seeds, n)


def _deciding(study: str, task: str) -> pd.DataFrame:
    """The rows of the deciding cell in a recorded study."""
    table = table_of(study, task, first="choose the arms")
    return table[table["cell"] == str(DECIDING)]


def _again(task: str, rows: pd.DataFrame, seeds: int, n: int) -> list[Part]:
    """A part for each arm that has judged rows."""
    rows = rows[(rows["purpose"] == "judged") & (rows["rl_seed"] < seeds)]
    names = [field.name for field in fields(Arm) if field.name != "samples"]
    arms = rows[names].drop_duplicates().sort_values(["rl_seed", "family"]).to_dict("records")
    samples, n = SAMPLES.get(task, 4), min(n, JUDGED[task])
    return [partial(run_arm, task, Arm(**arm, samples=samples), n=n) for arm in arms]
