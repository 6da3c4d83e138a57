"""Claims C1, C1h and B1, cell by cell: how well each score tells RL's text from the base's."""

from functools import partial

import pandas as pd

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import score_sources
from rlvr_direction.lab.anatomy import SAME_POSITION
from rlvr_direction.lab.claims.direction import (
    LOGPS,
    MAGNITUDES,
    POOLED,
    facts_of,
    levels_of,
    same_position,
    separation_of,
)
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import CELLS, DECIDING, NOISE, Cell, checkpoint, problems_of
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.scores import SCORES

__all__ = ["plan"]

SCORED = {**{name: SCORES[name] for name in ("delta_logp", *MAGNITUDES, *LOGPS)}, **SAME_POSITION}


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part per cell; that of the deciding cell holds all RL seeds, which are also pooled prompt by prompt."""
    return [partial(_of_cell, task, cell, seeds if cell == DECIDING else 1, n) for cell in CELLS]


def _of_cell(task: str, cell: Cell, seeds: int, n: int) -> pd.DataFrame:
    """The rows of every RL seed in a cell and, for several, those of all together with `rl_seed` -1."""
    rows, levels = [], []
    for rl_seed in range(seeds):
        tokens = _tokens(task, cell, rl_seed, n)
        levels.append(levels_of(tokens))
        found = (separation_of(levels[-1]), same_position(tokens).assign(level="same position"), facts_of(tokens))
        rows += [table.assign(rl_seed=rl_seed) for table in found]
    if seeds > 1:
        pooled = {level: pd.concat([of[level] for of in levels], ignore_index=True) for level in levels[0]}
        rows.append(separation_of(pooled).assign(rl_seed=POOLED))
    return pd.concat(rows, ignore_index=True).assign(cell=str(cell))


def _tokens(task: str, cell: Cell, rl_seed: int, n: int) -> pd.DataFrame:
    """The scores of every token that the base and RL write under the cell's sampling."""
    pair, problems = load_toy_pair(task, checkpoint(task, cell.stage, rl_seed)), problems_of(task, n, "judged")
    sampling = Sampling(top_p=cell.top_p)
    tokens = score_sources(pair, TASKS[task], problems, seed=NOISE["judged"], sampling=sampling, scores=SCORED)
    return tokens.drop(columns=["token", "response"])
