"""A study by its name: its parts, made one by one or two at a time, resumable, in one file with its command."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd
import torch
from tqdm import tqdm

from rlvr_direction.lab.checkout import DATA
from rlvr_direction.lab.studies import direction, extrapolation, gradient, replacement, reweighting
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.records import Run

__all__ = ["DATA", "STUDIES", "Study", "study"]

Part = Callable[[], pd.DataFrame]


class Study(NamedTuple):
    """A study's parts, `plan(task, seeds=..., n=...)`, and what it does where nobody says otherwise.

    `n` is its number of held-out problems, `jobs` how many parts it makes at a time, each on one thread if several.
    """

    plan: Callable[..., list[Part]]
    seeds: int = 5
    n: int = 2000
    jobs: int = 1


STUDIES: Mapping[str, Study] = MappingProxyType(
    {
        "direction": Study(direction.plan),
        "replacement": Study(replacement.plan),
        "extrapolation": Study(extrapolation.plan),
        "gradient": Study(gradient.plan, seeds=1, n=400),
        "lemma": Study(gradient.plan_lemma, seeds=1, n=60),
        "rates": Study(reweighting.plan_rates, seeds=1, n=500, jobs=2),
        "reweighting": Study(reweighting.plan, seeds=10, n=500, jobs=2),
        "same_rate": Study(reweighting.plan_same_rate, seeds=10, n=500, jobs=2),
        "more_seeds": Study(reweighting.plan_more_seeds, seeds=10, n=500, jobs=2),
    }
)


def study(
    name: str,
    task: str,
    *,
    seeds: int | None = None,
    n: int | None = None,
    jobs: int | None = None,
    out: Path | None = None,
    resume: bool = False,
    force: bool = False,
    command: str,
) -> Path:
    """Run a study of a task's committed toy over RL seeds 0 to `seeds` - 1, `n` held-out problems; its file.

    Raises ValueError for an unknown study or task, FileNotFoundError where it needs a checkpoint or a table that is
    not there.
    """
    for kind, given, known in (("study", name, STUDIES), ("task", task, TASKS)):
        if given not in known:
            raise ValueError(f"no {kind} is called {given!r}; choose from {', '.join(sorted(known))}")
    kind = STUDIES[name]
    n = n or kind.n
    parts = kind.plan(task, seeds=seeds or kind.seeds, n=n)
    out = out or DATA / name / f"{task}.parquet"
    run = Run(out, len(parts), {"study": name, "task": task, "problems": n}, resume=resume, force=force)
    for index, table in _made(parts, run, f"{name} of {task}", jobs or kind.jobs):
        run.write(index, table)
    return run.finish({"command": command})


def _made(parts: Sequence[Part], run: Run, description: str, jobs: int) -> Iterator[tuple[int, pd.DataFrame]]:
    """The missing parts as they come, under a progress bar."""
    if jobs == 1:
        yield from ((index, parts[index]()) for index in run.parts(description))
        return
    missing = run.missing()
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_on_one_thread, initargs=(os.getpid(),)) as pool:
        running = {pool.submit(parts[index]): index for index in missing}
        done = tqdm(
            as_completed(running),
            description,
            total=run.n_parts,
            initial=run.n_parts - len(missing),
            unit="part",
            disable=None,
        )
        try:
            yield from ((running[part], part.result()) for part in done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _on_one_thread(parent: int) -> None:
    """Begin a worker: one thread for its sums, and another that ends it if whoever started it is killed."""
    torch.set_num_threads(1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
