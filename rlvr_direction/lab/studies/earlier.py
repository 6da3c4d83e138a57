"""The table of a study that another one builds on."""

import pandas as pd

from rlvr_direction import records
from rlvr_direction.lab.checkout import DATA, require

__all__ = ["table_of"]


def table_of(study: str, task: str, *, first: str) -> pd.DataFrame:
    """A recorded study of a task. Raises FileNotFoundError, with what to do `first`, where it is not recorded yet."""
    path = require(DATA) / study / f"{task}.parquet"
    if not path.is_file():
        raise FileNotFoundError(f"no {path}: {first} first, `rlvr-direction study {study} --task {task}`")
    return records.load(path)
