"""Claims C4b, C4c and C4h: gamma and its gate chosen on calibration problems, judged on others, and maps of both."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from rlvr_direction.distributions import Sampling
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.parts import Part
from rlvr_direction.lab.regime import CELLS, DECIDING, JUDGED, Cell
from rlvr_direction.lab.studies.arms import CALIBRATION, Arm, best_arm, cold_rl, run_arm, run_arms
from rlvr_direction.lab.toys import stages

__all__ = ["CALIBRATED", "GAMMAS", "GATES", "OWN_GATES", "SAMPLINGS", "best_gamma", "plan"]

GAMMAS = (0.0, 0.1, 0.3, 1.0, 2.0, 4.0)
GATES = tuple(f"delta_logp<={threshold}" for threshold in (-1.0, -0.5, -0.3, -0.1, 0.0))
EVERYWHERE = "everywhere"
OWN_GATES = tuple(f"delta_logp<={threshold}" for threshold in (-1.0, -0.3, 0.0, 0.3, 1.0))
OWN_GAMMAS = GAMMAS[:-1]
SAMPLINGS = (Sampling(1.0, 0.7), Sampling(1.0, 1.0), Sampling(0.0, 1.0))
GREEDY = tuple(Cell(stage, 1.0) for stage in ("unfinished", "finished"))
CALIBRATED: Mapping[str, int] = {"worded": 250}  # problems; elsewhere `CALIBRATION`
MAPPED, OWN_MAPPED = 500, 1000  # problems
COUNTS = ["correct", "samples", "n_tokens", "n_selected", "n_changed"]


def plan(task: str, *, seeds: int, n: int) -> list[Part]:
    """The contrasts of every cell, on `worded` no more; elsewhere at T = 0 too, maps, and RL's own samples.

    Five RL seeds in the deciding cell, seed 0 in the others.
    """
    n = min(n, JUDGED[task])
    places = [(DECIDING, seed) for seed in range(seeds)] + [(cell, 0) for cell in CELLS if cell != DECIDING]
    contrasts = [partial(_contrast, task, cell, seed, n) for cell, seed in places]
    if task == "worded":
        return contrasts
    trained = stages(require(TOYS) / task)
    return [
        *contrasts,
        *(partial(_contrast, task, cell, 0, n, temperature=0.0) for cell in GREEDY),
        *(partial(_map, task, stage, sampling, min(n, MAPPED)) for stage in trained for sampling in SAMPLINGS),
        *(partial(_own_samples, task, cell, min(n, OWN_MAPPED)) for cell in CELLS),
    ]


def _contrast(task: str, cell: Cell, rl_seed: int, n: int, *, temperature: float = 1.0) -> pd.DataFrame:
    """Calibration, one row per arm, and judged problems, one row each, of the chosen arm and its rivals.

    Families: "chosen"; "gamma 0" under its gate; "rl" at the cell's sampling; "ungated", the best gamma without a gate;
    "cold rl". On calibration rows the counts are sums over problems, and `problem_id` is -1.
    """
    plain = Arm.of(task, cell, rl_seed, "tried", EVERYWHERE, temperature=temperature)
    plain = plain if temperature else replace(plain, cell=f"{cell.stage}, T 0")
    tried = [_calibrated(task, arm) for arm in _grid(plain, (*GATES, EVERYWHERE), GAMMAS)]
    gated, ungated = (
        best_gamma([pair for pair in tried if (pair[0].where == EVERYWHERE) == open_]) for open_ in (False, True)
    )
    chosen = replace(gated, family="chosen")
    cold, cold_tried = cold_rl(task, cell, rl_seed)
    arms = [
        chosen,
        replace(chosen, family="gamma 0", gamma=0.0),
        replace(plain, family="rl"),
        replace(ungated, family="ungated"),
        replace(cold, cell=plain.cell),
    ]
    colder = _summed(cold_tried.assign(cell=plain.cell))
    return pd.concat([*(table for _, table in tried), colder, run_arms(task, arms, n=n)], ignore_index=True)


def best_gamma(tried: list[tuple[Arm, pd.DataFrame]]) -> Arm:
    """The arm with the most right answers on calibration problems; of several, the first."""
    table = pd.concat([table.assign(arm=i) for i, (_, table) in enumerate(tried)])
    return best_arm([arm for arm, _ in tried], table)


def _grid(arm: Arm, gates: tuple[str, ...], gammas: tuple[float, ...]) -> list[Arm]:
    return [replace(arm, where=gate, gamma=gamma) for gate in gates for gamma in gammas]


def _calibrated(task: str, arm: Arm) -> tuple[Arm, pd.DataFrame]:
    """An arm and its counts, summed over calibration problems."""
    return arm, _summed(run_arm(task, arm, n=CALIBRATED.get(task, CALIBRATION), purpose="calibration"))


def _summed(table: pd.DataFrame) -> pd.DataFrame:
    """One row per arm: counts summed over its problems, whose number is then the number of samples."""
    labels = [name for name in table if name not in ("problem_id", *COUNTS)]
    return table.groupby(labels, dropna=False, sort=False)[COUNTS].sum().reset_index().assign(problem_id=-1)


def _map(task: str, stage: str, sampling: Sampling, n: int) -> pd.DataFrame:
    """Every gamma under every gate, at a stage of RL seed 0; the cell is called "map"."""
    arm = Arm("map", stage, 0, "map", EVERYWHERE, temperature=sampling.temperature, top_p=sampling.top_p)
    return run_arms(task, _grid(arm, (*GATES, EVERYWHERE), GAMMAS), n=n)


def _own_samples(task: str, cell: Cell, n: int) -> pd.DataFrame:
    """RL's own samples, extrapolated under a growing threshold (paper, section 4); the cell is called "own samples"."""
    arm = replace(Arm.of(task, cell, 0, "own samples", EVERYWHERE, propose="rl"), cell="own samples")
    return run_arms(task, _grid(arm, (*OWN_GATES, EVERYWHERE), OWN_GAMMAS), n=n)
