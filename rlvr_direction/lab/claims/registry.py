"""The claims in their order, the recorded tables that decide them, and the verdicts."""

import hashlib
from collections.abc import Iterable

from rlvr_direction import records
from rlvr_direction.lab.checkout import DATA, require
from rlvr_direction.lab.claims import c1, c2, c2f, c3a, c3b, c3c, c4a, c4b, c4c, c5a, c5b, c5c
from rlvr_direction.lab.claims.claim import Judged, Recorded, as_record

__all__ = ["CLAIMS", "judge_all", "recorded", "verdict_records"]

MODULES = (c1, c2, c2f, c3a, c3b, c3c, c4a, c4b, c4c, c5a, c5b, c5c)
CLAIMS = {module.CLAIM.id: module.CLAIM for module in MODULES}


def recorded(*studies: str) -> Recorded:
    """The recorded tables of these studies, by study and task; of all that decide a claim where none is named.

    Raises FileNotFoundError where there is no clone of the repository to read them from.
    """
    wanted = studies or dict.fromkeys(claim.study for claim in CLAIMS.values() if claim.study)
    files = {study: sorted(require(DATA / study).glob("*.parquet")) for study in wanted}
    return {study: {path.stem: records.load(path) for path in paths} for study, paths in files.items()}


def judge_all(recorded: Recorded) -> list[Judged]:
    """The verdict on every claim, in the order of `CLAIMS`, for each task that was recorded."""
    return [row for module in MODULES for row in module.judge(recorded)]


def verdict_records(rows: Iterable[Judged]) -> list[dict]:
    """Verdicts as `book/data/claims/cpu.json` holds them, each with a digest of the recorded table it rests on."""
    return [as_record(row) | {"data": _digest(row)} for row in rows]


def _digest(row: Judged) -> str | None:
    if row.claim.study is None:
        return None
    return hashlib.sha256((DATA / row.claim.study / f"{row.task}.parquet").read_bytes()).hexdigest()[:16]
