"""The parts of a run, made one by one or several at a time, in processes that end with the one that started them."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from threading import Thread

import pandas as pd
from joblib import Parallel, delayed, parallel_config
from tqdm import tqdm

from rlvr_direction.records import Run

__all__ = ["Part", "made"]

Part = Callable[[], pd.DataFrame]


def made(parts: Sequence[Part], run: Run, description: str, *, jobs: int) -> Iterator[tuple[int, pd.DataFrame]]:
    """The missing parts of a run and their indices, as they come; each of several at a time has one thread."""
    if jobs == 1:
        yield from ((index, parts[index]()) for index in run.parts(description))
        return
    missing, n = run.missing(), run.n_parts
    with parallel_config("loky", inner_max_num_threads=1):
        tables = Parallel(jobs, return_as="generator_unordered", batch_size=1)(
            delayed(_make)(index, parts[index], os.getpid()) for index in missing
        )
    yield from tqdm(tables, description, total=n, initial=n - len(missing), unit="part", disable=None)


def _make(index: int, part: Part, parent: int) -> tuple[int, pd.DataFrame]:
    _end_with(parent)
    return index, part()


@cache
def _end_with(parent: int) -> None:
    """End this process once its parent is killed; joblib would finish the part and keep its workers for minutes."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    Thread(target=watch, daemon=True).start()
