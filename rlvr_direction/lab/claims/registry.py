"""All claims in order, the recorded tables that decide them, and the verdicts."""

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
    """The recorded tables of these studies, by study and task; by default, of every study that decides a claim.

    Raises FileNotFoundError outside a clone of the repository.
    """
    wanted = studies or dict.fromkeys(claim.study for claim in CLAIMS.values() if claim.study)
    files = {study: sorted(require(DATA / study).glob("*.parquet")) for study in wanted}
    return {study: {path.stem: records.load(path) for path in paths} for study, paths in files.items()}


def judge_all(recorded: Recorded) -> list[Judged]:
    """The verdicts on all claims, in the order of `CLAIMS`, one for each recorded task."""
    return [row for module in MODULES for row in module.judge(recorded)]


def verdict_records(rows: Iterable[Judged]) -> list[dict]:
    """Verdicts as in `book/data/claims/cpu.json`, each with a digest of the recorded table that decided it."""
    return [as_record(row) | {"data": _digest(row)} for row in rows]


def _digest(row: Judged) -> str | None:
    if row.claim.study is None:
        return None
    return hashlib.sha256((DATA / row.claim.study / f"{row.task}.parquet").read_bytes()).hexdigest()[:16]
