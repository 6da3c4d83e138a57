"""The one place that knows Parquet: tables written whole or not at all, and runs that survive a kill."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rlvr_direction import __version__, progress, ranks
from rlvr_direction.commits import commit

__all__ = ["Run", "atomically", "load", "require_same", "rows", "save"]


def save(table: pd.DataFrame, path: Path | str, *, metadata: Mapping[str, Any]) -> Path:
    """Write a table without its index, and its provenance: `metadata` (JSON values), version and git commit.

    The file appears whole or not at all. It holds no time, so the same table and metadata give the same bytes. Raises
    TypeError if `metadata` is not JSON.
    """
    return _save(pa.Table.from_pandas(table, preserve_index=False), Path(path), {**_provenance(), **metadata})


def load(path: Path | str) -> pd.DataFrame:
    """Read a table; its `.attrs` hold the metadata that `save` was given, the version and the commit."""
    table = pq.read_table(path)
    frame = table.to_pandas()
    frame.attrs = _metadata(table.schema)
    return frame


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as in JSON: arrays are lists, and an empty cell is a missing key."""
    return [
        {
            key: cell.tolist() if hasattr(cell, "tolist") else cell
            for key, cell in row.items()
            if not (pd.api.types.is_scalar(cell) and pd.isna(cell))
        }
        for row in table.to_dict("records")
    ]


@dataclass(frozen=True)
class Run:
    """A table made in `n_parts` fixed parts, each kept in `OUT.parts/` as soon as it is made.

    The parts depend on the work alone: of several ranks each makes its share of them, and rank 0 joins them. The result
    depends on every setting in `fingerprint` (JSON values). Raises FileExistsError for a run that exists, unless asked
    to `resume` or `force` it, PermissionError, and ValueError to resume with another fingerprint, and writes nothing.

        run = Run(Path("scores.parquet"), n_parts=8, fingerprint={"seed": 0}, resume=True)
        for index in run.parts("scoring"):
            run.write(index, make(index))
        run.finish({"command": "..."})
    """

    out: Path
    n_parts: int
    fingerprint: Mapping[str, Any]
    resume: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        if self.out.suffix != ".parquet":
            raise ValueError(f"{self.out}: the table is written as Parquet; name it {self.out.stem}.parquet")
        if self.out.is_dir():
            raise ValueError(f"{self.out} is a folder; name a file that is not there yet")
        if self.resume and self.force:
            raise ValueError(f"{self.out}: --resume keeps what was made and --force discards it: pass one of them")
        if self.n_parts < 1:
            raise ValueError(f"{self.out}: a run of {self.n_parts} parts makes nothing: pass at least 1")
        there = next(folder for folder in self.out.absolute().parents if folder.exists())
        if not (self.finished or (there.is_dir() and os.access(there, os.W_OK))):
            raise PermissionError(f"{there} is no folder that can be written to: name another --out")
        if ranks.rank() == 0:
            self._clear(self._settings)
        ranks.wait_for_all()

    def _clear(self, settings: Mapping[str, Any]) -> None:
        """Refuse what is there, or make room for the parts to come."""
        begun = self.folder if self._settings_path.exists() else self.out
        if begun.exists() and not (self.resume or self.force):
            raise FileExistsError(
                f"{begun} exists already: pass --resume to finish the run that began it, or --force to start over"
            )
        if self.resume and begun.exists():
            require_same(begun, self._begun_with(), settings)
        if self.force or not self._settings_path.exists():
            self._discard_parts()
        if self.force and self.out.exists():
            self._begin()  # otherwise a later resume would take the old output for this run's

    @property
    def folder(self) -> Path:
        """Where the parts are kept until the run is finished: `OUT.parts/`."""
        return self.out.with_name(self.out.name + ".parts")

    @property
    def finished(self) -> bool:
        """Whether the parts have been joined; a forced run that was killed has parts beside an old output."""
        return self.out.exists() and not self._settings_path.exists()

    def missing(self) -> list[int]:
        """Indices of the parts that this rank has still to make, in order."""
        return [index for index in self._missing() if index % ranks.world_size() == ranks.rank()]

    def parts(self, description: str) -> Iterator[int]:
        """The missing parts of this rank one by one, with its progress."""
        n_parts = len(range(ranks.rank(), self.n_parts, ranks.world_size()))
        yield from progress.each_part(self.missing(), description, n_parts=n_parts)

    def write(self, index: int, table: pd.DataFrame) -> None:
        """Keep one part; it appears whole or not at all. Raises IndexError if the run has no such part."""
        if not 0 <= index < self.n_parts:
            raise IndexError(f"part {index} of a run of {self.n_parts}: expected 0 to {self.n_parts - 1}")
        if not self._settings_path.exists():
            self._begin()
        _save(pa.Table.from_pandas(table, preserve_index=False), self._part(index), {})

    def finish(self, metadata: Mapping[str, Any]) -> Path:
        """Join the parts in order, write OUT with `metadata` and the fingerprint as `settings`, remove `OUT.parts/`.

        Ranks wait here for each other. A column has one type: where parts disagree, whole numbers become floats and a
        column of None takes the type of the others. Raises ValueError while parts are missing, TypeError for a clash.
        """
        ranks.wait_for_all()
        if ranks.rank() == 0:
            self._put_together(metadata)
        ranks.wait_for_all()
        return self.out

    def _put_together(self, metadata: Mapping[str, Any]) -> None:
        if missing := self._missing():
            raise ValueError(f"{self.out} misses {len(missing)} of {self.n_parts} parts, first {missing[0]}: resume it")
        if not self.finished:
            table = _join([pq.read_table(self._part(index)) for index in range(self.n_parts)])
            _save(table, self.out, {**_provenance(), **metadata, "settings": self._settings})
        self._discard_parts()

    def _missing(self) -> list[int]:
        return [] if self.finished else [i for i in range(self.n_parts) if not self._part(i).exists()]

    @property
    def _settings(self) -> dict[str, Any]:
        return json.loads(json.dumps({**self.fingerprint, "n_parts": self.n_parts}, sort_keys=True))

    @property
    def _settings_path(self) -> Path:
        return self.folder / "settings.json"

    def _part(self, index: int) -> Path:
        return self.folder / f"{index:06d}.parquet"

    def _begun_with(self) -> dict[str, Any]:
        if self._settings_path.exists():
            return json.loads(self._settings_path.read_text())
        return _metadata(pq.read_schema(self.out)).get("settings", {})

    def _begin(self) -> None:
        atomically(self._settings_path, lambda file: file.write(json.dumps(self._settings).encode()))

    def _discard_parts(self) -> None:
        self._settings_path.unlink(missing_ok=True)  # first: without it a half-removed folder is no run
        if not self.folder.exists():
            return
        for file in (*self.folder.glob("*.parquet"), *self.folder.glob(".*.tmp")):
            file.unlink()
        if not any(self.folder.iterdir()):  # a run removes only what it wrote
            self.folder.rmdir()


def _metadata(schema: pa.Schema) -> dict[str, Any]:
    return json.loads((schema.metadata or {}).get(b"rlvr_direction", b"{}"))


def _save(table: pa.Table, path: Path, metadata: Mapping[str, Any]) -> Path:
    own = {b"rlvr_direction": json.dumps(dict(metadata), sort_keys=True).encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **own})
    atomically(path, lambda file: pq.write_table(table, file, compression="zstd"))
    return path


def atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file that appears whole or not at all, its folder with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{ranks.rank()}.tmp")  # two ranks may begin one run
    with half.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)


def _join(tables: Sequence[pa.Table]) -> pa.Table:
    full = [table for table in tables if table.num_rows] or tables[:1]
    return pa.concat_tables(full, promote_options="permissive").unify_dictionaries()


def require_same(begun: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise ValueError, with the settings that differ; a digest ("content ...") is named but not shown."""
    differences = "; ".join(
        f"other {key}" if "content " in (str(old)[:8], str(new)[:8]) else f"{key} = {old!r}, now {new!r}"
        for key, old, new in ((key, before.get(key), now.get(key)) for key in sorted({*before, *now}))
        if old != new
    )
    if before != now:
        raise ValueError(
            f"{begun} was begun with {differences}: pass the settings it was begun with to resume it, or --force to "
            "start over"
        )


def _provenance() -> dict[str, str]:
    return {"version": __version__, "commit": commit()}
