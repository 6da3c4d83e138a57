"""A study by its name: its parts, made one by one or two at a time, resumable, in one file with its command."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from rlvr_direction.lab.checkout import DATA, require
from rlvr_direction.lab.device import stamp
from rlvr_direction.lab.parts import Part, made
from rlvr_direction.lab.regime import JUDGED, RL_SEEDS
from rlvr_direction.lab.settings import StudySettings
from rlvr_direction.lab.studies import (
    adapters,
    advantages,
    finalists,
    gates,
    gradients,
    lemma,
    promoted,
    rewards,
    separation,
    sizes,
    spaces,
    tilts,
    together,
    travel,
    trees,
    weightings,
)
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.records import Run

__all__ = ["DATA", "STUDIES", "Study", "study"]


class Study(NamedTuple):
    """A study's parts, `plan(task, seeds=..., n=...)`, and what it does where nobody says otherwise.

    `n` is its number of held-out problems, that of `JUDGED` where it is None; `jobs` is how many parts it makes at a
    time, each on one thread if several.
    """

    plan: Callable[..., list[Part]]
    seeds: int = RL_SEEDS
    n: int | None = None
    jobs: int = 2


STUDIES: Mapping[str, Study] = MappingProxyType(
    {
        "separation": Study(separation.plan),
        "gates": Study(gates.plan),
        "gate_finalists": Study(finalists.plan_gates),
        "promoted": Study(promoted.plan, n=500),
        "advantages": Study(advantages.plan, n=600),
        "q_head": Study(advantages.plan_head),
        "lemma": Study(lemma.plan, seeds=1, n=24),
        "gradients": Study(gradients.plan, n=400),
        "tilts": Study(tilts.plan),
        "tilt_finalists": Study(finalists.plan_tilts),
        "trees": Study(trees.plan, seeds=20, n=5000),
        "travel": Study(travel.plan, n=300),
        "spaces": Study(spaces.plan, seeds=1, n=500),
        "rewards": Study(rewards.plan, n=500),
        "tuning": Study(weightings.plan_tuning, n=500),
        "weightings": Study(weightings.plan, seeds=30, n=500),
        "own_rates": Study(weightings.plan_own_rates, seeds=3, n=500),
        "at_own_rates": Study(weightings.plan_at_own_rates, seeds=10, n=500),
        "together": Study(together.plan, seeds=10),
        "adapters": Study(adapters.plan, seeds=3, n=1000),
        "sizes": Study(sizes.plan, seeds=1),
    }
)


def study(settings: StudySettings) -> Path:
    """Run a study of a task's committed toy over RL seeds 0 to `seeds` - 1, `problems` held-out problems; its file.

    Raises ValueError for an unknown study or task, FileNotFoundError where it needs a checkpoint or a table that is
    not there, as in an installation without the repository.
    """
    s = settings
    for kind, given, known in (("study", s.name, STUDIES), ("task", s.task, TASKS)):
        if given not in known:
            raise ValueError(f"no {kind} is called {given!r}; choose from {', '.join(sorted(known))}")
    kind = STUDIES[s.name]
    n = s.problems or kind.n or JUDGED[s.task]
    out = s.out or require(DATA) / s.name / f"{s.task}.parquet"
    parts = kind.plan(s.task, seeds=s.seeds or kind.seeds, n=n)
    run = Run(out, len(parts), {"study": s.name, "task": s.task, "problems": n}, resume=s.resume, force=s.force)
    for index, table in made(parts, run, f"{s.name} of {s.task}", jobs=s.jobs or kind.jobs):
        run.write(index, table)
    return run.finish({"command": s.command, **stamp()})
