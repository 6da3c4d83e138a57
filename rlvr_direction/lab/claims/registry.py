"""All claims in order, the recorded tables that decide them, and the verdicts."""

import hashlib
from collections.abc import Iterable, Mapping
from types import ModuleType

from rlvr_direction import records
from rlvr_direction.lab.checkout import DATA, require
from rlvr_direction.lab.claims import (
    b1,
    b2,
    b2q,
    b3,
    b3m,
    b4,
    b5,
    c1,
    c1h,
    c2,
    c2c,
    c2f,
    c2g,
    c2h,
    c3a,
    c3b,
    c3c,
    c4a,
    c4b,
    c4c,
    c4h,
    c4t,
    c5a,
    c5b,
    c5c,
)
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, as_records
from rlvr_direction.lab.tasks import SMALL_TASKS

__all__ = ["CLAIMS", "judge_all", "judged", "recorded", "verdict_records"]

OF_THE_PAPER = (c1, c1h, c2, c2c, c2f, c2g, c2h, c3a, c3b, c3c, c4a, c4t, c4b, c4c, c4h, c5a, c5b, c5c)
MODULES = (*OF_THE_PAPER, b1, b2, b2q, b3, b3m, b4, b5)
CLAIMS = {module.CLAIM.id: module.CLAIM for module in MODULES}


def recorded(*studies: str, tasks: Iterable[str] | None = None) -> Recorded:
    """The recorded tables of these studies, by study and task; by default, of every study that a verdict rests on.

    Of every task that is recorded, or of `tasks` alone. Raises FileNotFoundError outside a clone of the repository, and
    for a study asked for that is not recorded.
    """
    wanted = [*studies] or [study for study in _studies() if (require(DATA) / study).is_dir()]
    files = {study: sorted(require(DATA / study).glob("*.parquet")) for study in wanted}
    wanted_of = set(tasks) if tasks is not None else {path.stem for paths in files.values() for path in paths}
    return {
        study: {path.stem: records.load(path) for path in paths if path.stem in wanted_of}
        for study, paths in files.items()
    }


def judged(*ids: str) -> list[Judged]:
    """The verdicts on these claims, from all that is recorded of their studies. Raises KeyError for an unknown one."""
    found = []
    for id in ids:
        module = next(module for module in MODULES if module.CLAIM is CLAIMS[id])
        found += _judge(module, recorded(*_needs(module.CLAIM)) if module.CLAIM.study else {})
    return found


def judge_all(recorded: Recorded) -> list[Judged]:
    """The verdicts on all claims, in the order of `CLAIMS`, for each task of which all is recorded that it needs.

    A claim that rests on samples waits until both small tasks are recorded.
    """
    return [row for module in MODULES for row in _judge(module, recorded)]


def verdict_records(rows: Iterable[Judged]) -> list[dict]:
    """Verdicts as in `book/data/claims/cpu.json`, each with a digest of the recorded tables that decided it."""
    return [record | {"data": _digest(record)} for record in as_records(rows)]


def _studies() -> list[str]:
    return list(dict.fromkeys(study for module in MODULES for study in _needs(module.CLAIM)))


def _needs(claim: Claim) -> tuple[str, ...]:
    return (claim.study, *claim.also) if claim.study else ()


def _judge(module: ModuleType, recorded: Recorded) -> list[Judged]:
    needs = _needs(module.CLAIM)
    tasks = set.intersection(*(set(recorded.get(study, {})) for study in needs)) if needs else set()
    if needs and not (tasks if module.CLAIM.deterministic else tasks >= set(SMALL_TASKS)):
        return []
    whole = {study: {task: recorded[study][task] for task in recorded[study] if task in tasks} for study in needs}
    return module.judge({**recorded, **whole})


def _digest(record: Mapping) -> str | None:
    """What changes with any file that the verdict rests on: those of its task, or all where it has none."""
    studies = [record["study"], *record["also"]] if record["study"] else []
    files = [path for study in studies for path in sorted((DATA / study).glob(f"{record['task'] or '*'}.parquet"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16] if files else None
