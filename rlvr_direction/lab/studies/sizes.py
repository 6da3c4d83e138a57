"""How the findings move with the size of the model: a base and its RL run from scratch at each of three sizes."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, AtRandom, Intervention
from rlvr_direction.lab.checkout import DATA, require
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import FAR_ENOUGH
from rlvr_direction.lab.studies.any_pair import answers, cold, extrapolated, replaced, separation
from rlvr_direction.lab.studies.arms import CALIBRATION
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import stages, train_base, train_rl
from rlvr_direction.lab.toys.recipe import BaseRecipe, RLRecipe
from rlvr_direction.pair import ModelPair

__all__ = ["ARCHITECTURES", "plan"]

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "0.1 M": {"hidden_size": 48, "intermediate_size": 144, "head_dim": 12},
        "0.4 M": {},
        "2 M": {"hidden_size": 176, "num_hidden_layers": 5, "intermediate_size": 528, "head_dim": 44},
    }
)
TOP_P = 0.7
BUDGETS = (0.05, 0.1)


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """A part for each size and RL seed; raises ValueError for a task other than arithmetic.

    Models are kept in `book/data/sizes/models`, so that a killed part goes on from its last checkpoint.
    """
    if task != "arithmetic":
        raise ValueError(f"study `sizes` knows the architecture of arithmetic, not of {task}: pass --task arithmetic")
    folder = require(DATA) / "sizes" / "models"
    return [partial(_of_size, task, size, seed, folder, n) for size in ARCHITECTURES for seed in range(seeds)]


def _of_size(
    task: str,
    size: str,
    seed: int,
    folder: Path,
    n: int,
    calibration: int = CALIBRATION,
    base_recipe: BaseRecipe | None = None,
    rl_recipe: RLRecipe | None = None,
) -> pd.DataFrame:
    """Train one size, and measure C1, C2, cold RL and C4 at its unfinished stage, at the paper's top_p.

    Rows with `measure` "answers" are arms problem by problem, those with "auroc" scores with their intervals.
    """
    out = Path(folder, size.replace(" ", ""), f"seed_{seed}")
    train_base(TASKS[task], out, seed=seed, recipe=base_recipe, architecture=ARCHITECTURES[size])
    train_rl(TASKS[task], out, seed=seed, recipe=rl_recipe, progress=False)
    stage = _unfinished(task, out, seed, calibration)
    pair = ModelPair.from_pretrained(out / "base", out / stage)
    arms = [
        replaced(pair, task, TOP_P, BUDGETS, n=n, calibration=calibration),
        extrapolated(pair, task, TOP_P, n=n, calibration=calibration),
        cold(pair, task, n=n, calibration=calibration),
    ]
    tables = [arm.assign(measure="answers") for arm in arms]
    tables.append(separation(pair, task, n=calibration).assign(measure="auroc"))
    parameters = sum(weights.numel() for weights in pair.base.parameters())
    labels = {"size": size, "parameters": parameters, "rl_seed": seed, "stage": stage}
    return pd.concat(tables, ignore_index=True).assign(**labels)


def _unfinished(task: str, out: Path, seed: int, n: int) -> str:
    """The first stage at least 40 % of the way from the base's accuracy at T = 1 to the last one's."""
    names = stages(out, seed=seed)

    def accuracy(stage: str, where: AtRandom = EVERYWHERE) -> float:
        pair = ModelPair.from_pretrained(out / "base", out / stage)
        return answers(pair, task, Intervention(where), Sampling(), n=n, purpose="calibration")["correct"].mean()

    reached, base = {name: accuracy(name) for name in names}, accuracy(names[-1], NOWHERE)
    wanted = base + FAR_ENOUGH * (reached[names[-1]] - base)
    return next((name for name in names if reached[name] >= wanted), names[-1])
