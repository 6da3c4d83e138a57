"""Every verdict under other rules: one choice of its rule changed at a time, and judged by the same `judge`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from types import ModuleType

import pandas as pd

from rlvr_direction.lab.claims.axes import Axis, Change
from rlvr_direction.lab.claims.claim import Claim, Recorded, as_records
from rlvr_direction.lab.claims.direction import POOLED
from rlvr_direction.lab.claims.registry import MODULES
from rlvr_direction.lab.claims.verdicts import SEEDS_NEEDED, NothingToJudge
from rlvr_direction.lab.regime import CELLS, DECIDING

__all__ = ["KEPT", "survey", "survives"]

KEPT = ("verdict", "value", "low", "high", "text", "bound")
FIELDS = {field.name for field in fields(Claim)}
ENDS = ("value", "low", "high")
RULE = {"bound", "minimum_gain"}  # what a rule asks of the same numbers
SEEDS = 5
SETTING = "Setting"


def survey(recorded: Recorded, verdicts: Sequence[Mapping]) -> list[dict]:
    """What each verdict would have been: rows of `id, task, axis, registered, choice` and of the keys in `KEPT`.

    `verdicts` are records as in `book/data/claims/cpu.json`. Only those that decide are asked about, on claims whose
    rule has something to choose; the cells beside a verdict are choices, too, unless there is nothing to judge in them.
    What could not change the verdict is no choice: a stricter bound on a claim that is not reproduced, or a laxer one
    on a claim that is.
    """
    modules = {module.CLAIM.id: module for module in MODULES}
    asked = [verdict for verdict in verdicts if verdict["deciding"]]
    return [row for verdict in asked for row in _of(modules[verdict["id"]], recorded, verdict)]


def survives(rows: Sequence[Mapping], verdict: Mapping) -> tuple[int, int]:
    """Under how many of how many other choices a verdict stays what it is."""
    own = [row["verdict"] for row in rows if (row["id"], row["task"]) == (verdict["id"], verdict["task"])]
    return own.count(verdict["verdict"]), len(own)


def _of(module: ModuleType, recorded: Recorded, verdict: Mapping) -> Iterator[dict]:
    names = {"id": verdict["id"], "task": verdict["task"]}
    cells = {str(cell) for cell in CELLS}
    for beside in verdict["neighbours"]:
        if beside["cell"] in cells and not beside["vacuous"]:
            at = {"axis": SETTING, "registered": verdict["cell"], "choice": beside["cell"]}
            yield names | at | {key: (beside | {"bound": verdict["bound"]})[key] for key in KEPT}
    if verdict["task"] is None:
        return
    here = _here(module.CLAIM, recorded, verdict["task"])
    for axis in getattr(module, "AXES", ()):
        for choice, change in axis.others.items():
            if not _can_differ(module.CLAIM, change, verdict) or not (found := _judged(module, here, change)):
                continue
            if set(change) <= RULE or not _same(found, verdict):  # else it reads what the rule reads already
                yield names | {"axis": axis.name, "registered": axis.registered, "choice": choice} | found
    seeds = _seeds(module.CLAIM, here, verdict["task"])
    for choice, seed in seeds.others.items():
        said = {"axis": seeds.name, "registered": seeds.registered, "choice": choice}
        found = _judged(module, _without(here, seed["left_out"]), {"seeds_needed": SEEDS_NEEDED - 1})
        if not _same(found, verdict):  # else the rule reads no such seed
            yield names | said | found


def _can_differ(claim: Claim, change: Change, verdict: Mapping) -> bool:
    """Whether a change of a rule could change the verdict: one of its numbers alone may go the wrong way."""
    if not set(change) <= RULE:
        return True
    sign = -1 if claim.below else 1
    asked = [(sign * rule.bound, sign * rule.bound + rule.minimum_gain) for rule in (claim, replace(claim, **change))]
    steps = [after - before for before, after in zip(*asked, strict=True)]
    stuck = {"not reproduced": min(steps) >= 0, "reproduced": max(steps) <= 0}
    return not stuck.get(verdict["verdict"], False)


def _same(found: Mapping, verdict: Mapping) -> bool:
    """Whether both have the same estimate and interval."""
    return all(found[end] == verdict[end] for end in ENDS)


def _judged(module: ModuleType, recorded: Recorded, change: Change) -> dict | None:
    """The verdict under one other rule; None where it leaves nothing to compare: a share that no gate reaches."""
    claim = replace(module.CLAIM, **{name: value for name, value in change.items() if name in FIELDS})
    options = {name: value for name, value in change.items() if name not in FIELDS}
    try:
        found = module.judge(recorded, claim, **options)
    except NothingToJudge:
        return None
    return {key: as_records(found)[0][key] for key in KEPT}


def _here(claim: Claim, recorded: Recorded, task: str) -> dict[str, dict[str, pd.DataFrame]]:
    """The tables that decide a claim on one task, without the cells that do not."""
    tables = {study: recorded[study][task] for study in (claim.study, *claim.also)}
    return {
        study: {task: table[table["cell"] == str(DECIDING)] if "cell" in table else table}
        for study, table in tables.items()
    }


def _seeds(claim: Claim, here: Recorded, task: str) -> Axis:
    """Each RL seed left out, or each alone where a study recorded them pooled; nothing where there are fewer than 5."""
    table = here[claim.study][task]
    seeds = sorted(set(table["rl_seed"]) - {POOLED}) if "rl_seed" in table else []
    alone = "rl_seed" in table and (table["rl_seed"] == POOLED).any()
    others = {f"{'only' if alone else 'without'} seed {seed}": {"left_out": seed} for seed in seeds}
    return Axis("RL seeds", f"{len(seeds)}, all but one of which agree", others if len(seeds) >= SEEDS else {})


def _without(here: Recorded, seed: int) -> Recorded:
    """The tables without one RL seed, where a stage has several; with that seed alone where they hold a pool."""

    def kept(table: pd.DataFrame) -> pd.DataFrame:
        if (table["rl_seed"] == POOLED).any():
            return table[table["rl_seed"] == seed]
        stages = table["stage"] if "stage" in table else pd.Series("", table.index)
        several = table.groupby(stages)["rl_seed"].transform("nunique") > 1
        return table[(table["rl_seed"] != seed) | ~several]

    return {study: {task: kept(table) for task, table in tables.items()} for study, tables in here.items()}
