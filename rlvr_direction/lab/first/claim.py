"""How a claim of the first registration is judged: as one of the second, in the cell that it was registered for."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from rlvr_direction.lab.claims import claim as second
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.statistics import Interval

__all__ = ["OWN_RATES", "Claim", "Judged", "Recorded", "judge_tasks"]

CELL = "finished, top_p 1"
OWN_RATES = "Each method has its own learning rate, tuned on one seed of arithmetic and used for both tasks."


def judge_tasks(
    claim: Claim, recorded: Recorded, parts_of: Callable[[pd.DataFrame], Mapping[str, Interval]]
) -> list[Judged]:
    """One row per task; every one of its parts must hold."""
    return [replace(row, cell=CELL) for row in second.judge_tasks(claim, recorded, parts_of)]
