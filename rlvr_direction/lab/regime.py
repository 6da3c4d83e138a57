"""What all studies of the second registration share: its cells, its stages, its problems and their noise."""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from typing import Literal, NamedTuple

import pandas as pd

from rlvr_direction import records
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.tasks import TASKS, Problem

__all__ = ["CELLS", "DECIDING", "JUDGED", "NOISE", "RL_SEEDS", "Cell", "Purpose", "Stage", "checkpoint"]
__all__ += ["finished_seeds", "problems_of"]

Stage = Literal["unfinished", "finished"]
Purpose = Literal["calibration", "tuning", "judged"]

RL_SEEDS = 5  # in the deciding cell; the other cells are of RL seed 0
JUDGED: Mapping[str, int] = {"arithmetic": 2000, "pointer_tree": 2000, "worded": 800}
NOISE: Mapping[Purpose, int] = {"calibration": 20_261_101, "tuning": 20_261_102, "judged": 20_261_103}
SHARES: Mapping[Purpose, float] = {"calibration": 0.2, "tuning": 0.2, "judged": 0.6}
DRAWN = 6000  # test problems that the three purposes share out
DRAWN_WITH = 20_261_100
FAR_ENOUGH = 0.4  # of the way from the base's accuracy to the final one


class Cell(NamedTuple):
    """A stage of RL and a nucleus, at temperature 1."""

    stage: Stage
    top_p: float

    def __str__(self) -> str:
        return f"{self.stage}, top_p {self.top_p:g}"


DECIDING = Cell("unfinished", 0.7)
CELLS = (DECIDING, Cell("unfinished", 1.0), Cell("finished", 0.7), Cell("finished", 1.0))


def checkpoint(task: str, stage: Stage, rl_seed: int = 0) -> str:
    """The folder of a task's RL run at a stage, known from accuracy at T = 1 alone.

    "finished" is the last one; "unfinished" is the first at least 40 % of the way from the base's accuracy to that of
    the finished one. A run that was stopped early is measured against the finished model of RL seed 0. Raises
    FileNotFoundError where there is no such RL run, and for the finished stage of one that was stopped early.
    """
    final, _ = _accuracies(task, 0)
    last, stages = _accuracies(task, rl_seed)
    ended = _rollouts(last) == _rollouts(final)
    if stage == "finished":
        if not ended:
            raise FileNotFoundError(f"RL seed {rl_seed} of {task} was stopped after {_rollouts(last)} rollouts")
        return str(last.index[-1])
    base, top = final["base"], last.iloc[-1] if ended else final.iloc[-1]
    return str(next(name for name in stages if last[name] >= base + FAR_ENOUGH * (top - base)))


def finished_seeds(task: str, seeds: int) -> list[int]:
    """The RL seeds below `seeds` that were trained to the end."""
    final, _ = _accuracies(task, 0)
    return [seed for seed in range(seeds) if _rollouts(_accuracies(task, seed)[0]) == _rollouts(final)]


def _rollouts(accuracies: pd.Series) -> int:
    """How many the last stage has had."""
    return int(accuracies.index[-1].split("_")[1])


def _accuracies(task: str, rl_seed: int) -> tuple[pd.Series, list[str]]:
    """Held-out accuracy at T = 1 and top_p = 1: the base's and that of every stage, in order; and the stages."""
    file = require(TOYS) / task / f"accuracy_seed_{rl_seed}.parquet"
    if not file.is_file():
        raise FileNotFoundError(
            f"the {task} toy has no RL run of seed {rl_seed}; make it with "
            f"`rlvr-direction toy {task} --out book/data/toys/{task} --rl-seed {rl_seed}`"
        )
    table = records.load(file)
    plain = table[(table["temperature"] == 1) & (table["top_p"] == 1)].set_index("stage")["accuracy"].sort_index()
    return plain, [name for name in plain.index if name != "base"]


def problems_of(task: str, n: int, purpose: Purpose) -> list[Problem]:
    """The first `n` held-out problems of a task for one purpose; no problem serves two.

    On the tree, the problems of one table, which differ in the goal, serve one purpose. Raises ValueError for more
    problems than there are.
    """
    found = _problems(task, purpose)
    if n > len(found):
        raise ValueError(f"{n} problems asked for; the {task} task keeps {len(found)} for purpose {purpose!r}")
    return found[:n]


@cache
def _problems(task: str, purpose: Purpose) -> list[Problem]:
    drawn = TASKS[task].problems(DRAWN, seed=DRAWN_WITH)
    return [problem for problem in drawn if _purpose(_shape(task, problem)) == purpose]


def _shape(task: str, problem: Problem) -> str:
    """What decides a problem's purpose: the prompt, on the tree without the goal."""
    return problem.prompt.rsplit(" ", 1)[0] if task == "pointer_tree" else problem.prompt


def _purpose(shape: str) -> Purpose:
    place = int.from_bytes(blake2b(shape.encode(), digest_size=8, person=b"purpose").digest(), "big") / 2**64
    for purpose, share in SHARES.items():
        if place < share:
            return purpose
        place -= share
    return "judged"
