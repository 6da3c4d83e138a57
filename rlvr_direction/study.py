"""Measurements repeated over seeds, resumable seed by seed, recorded as counts and intervals."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from rlvr_direction.claims import MAGNITUDES, direction_separates, responses, where_the_pair_differs
from rlvr_direction.evaluation import score_sources
from rlvr_direction.pair import ModelPair
from rlvr_direction.records import Run
from rlvr_direction.tasks import TASKS, Task
from rlvr_direction.toy import load_toy_pair, stage_name, stages
from rlvr_direction.toy.folders import TOYS

__all__ = ["STUDIES", "separation", "separation_of", "study"]

DATA = TOYS.parent


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
    """Run a study of a task's committed toy over RL seeds 0 to `seeds` - 1, `n` held-out problems each; its file.

    Raises ValueError for an unknown study or task, FileNotFoundError where an RL seed has no checkpoint.
    """
    for kind, given, known in (("study", name, STUDIES), ("task", task, TASKS)):
        if given not in known:
            raise ValueError(f"no {kind} is called {given!r}; choose from {', '.join(sorted(known))}")
    out = out or DATA / name / f"{task}.parquet"
    stage_of = [_last_stage(task, rl_seed) for rl_seed in range(seeds)]
    run = Run(out, seeds, {"study": name, "task": task, "problems": n}, resume=resume, force=force)
    for rl_seed in run.parts(f"{name} of {task}"):
        table = STUDIES[name](load_toy_pair(task, stage_of[rl_seed]), TASKS[task], n=n, seed=rl_seed)
        table.insert(0, "rl_seed", rl_seed)
        run.write(rl_seed, table)
    return run.finish({"command": command})


def separation(pair: ModelPair, task: Task, *, n: int, seed: int) -> pd.DataFrame:
    """Claim C1 on `n` held-out problems of a pair: `level, score, auroc, low, high, overlap`, a row a score and level.

    `level` is "response" or "token" (where TV(base, rl) > .01). The row whose score is "lead" holds the deciding
    difference: delta_logp's oriented AUROC minus the best rival's, with its 95 % interval over problems.
    """
    tokens = score_sources(pair, task, task.problems(n, seed=seed), seed=seed)
    return separation_of(tokens, seed=seed)


def separation_of(tokens: pd.DataFrame, *, seed: int, draws: int = 2000) -> pd.DataFrame:
    """The same from a token table that `score_sources` made."""
    levels = {
        "response": (responses(tokens), (*MAGNITUDES, "length")),
        "token": (where_the_pair_differs(tokens), MAGNITUDES),
    }
    tables = []
    for level, (table, rivals) in levels.items():
        lead, areas = direction_separates(table, rivals, draws=draws, seed=seed)
        row = pd.DataFrame([{"score": "lead", "auroc": lead.value, "low": lead.low, "high": lead.high}])
        tables.append(pd.concat([areas, row], ignore_index=True).assign(level=level))
    columns = ["level", "score", "auroc", "low", "high", "overlap"]
    return pd.concat(tables, ignore_index=True)[columns]


STUDIES: Mapping[str, Callable[..., pd.DataFrame]] = MappingProxyType({"direction": separation})


def _last_stage(task: str, rl_seed: int) -> str:
    """The last checkpoint of the toy's RL run of this seed."""
    if have := stages(TOYS / task, seed=rl_seed):
        return have[-1]
    raise FileNotFoundError(
        f"the {task} toy has no RL run of seed {rl_seed} (such as {stage_name(80, seed=rl_seed)}); make it with "
        f"`rlvr-direction toy {task} --out {TOYS / task} --rl-seed {rl_seed}`"
    )
