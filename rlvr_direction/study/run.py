"""A study by its name: its parts, made one by one, resumable, in one file with its command."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from rlvr_direction.records import Run
from rlvr_direction.study import direction, extrapolation, replacement
from rlvr_direction.tasks import TASKS
from rlvr_direction.toy.folders import TOYS

__all__ = ["DATA", "STUDIES", "study"]

DATA = TOYS.parent
Plan = Callable[..., list[Callable[[], pd.DataFrame]]]

STUDIES: Mapping[str, Plan] = MappingProxyType(
    {"direction": direction.plan, "replacement": replacement.plan, "extrapolation": extrapolation.plan}
)


def study(
    name: str,
    task: str,
    *,
    seeds: int,
    n: int,
    out: Path | None = None,
    resume: bool = False,
    force: bool = False,
    command: str,
) -> Path:
    """Run a study of a task's committed toy over RL seeds 0 to `seeds` - 1, `n` held-out problems; its file.

    Raises ValueError for an unknown study or task, FileNotFoundError where an RL seed has no checkpoint.
    """
    for kind, given, known in (("study", name, STUDIES), ("task", task, TASKS)):
        if given not in known:
            raise ValueError(f"no {kind} is called {given!r}; choose from {', '.join(sorted(known))}")
    parts = STUDIES[name](task, seeds=seeds, n=n)
    out = out or DATA / name / f"{task}.parquet"
    run = Run(out, len(parts), {"study": name, "task": task, "problems": n}, resume=resume, force=force)
    for index in run.parts(f"{name} of {task}"):
        run.write(index, parts[index]())
    return run.finish({"command": command})
