"""The folders of a toy: loading a pair, measuring its accuracy, and writing a card for each model."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import evaluate
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention
from rlvr_direction.lab.checkout import TOYS, require
from rlvr_direction.lab.device import accelerator
from rlvr_direction.lab.tasks import TASKS, Task
from rlvr_direction.lab.toys.rl import stage_name
from rlvr_direction.pair import ModelPair

__all__ = ["accuracy_table", "gate", "load_toy_pair", "stages", "write_cards", "write_problems"]

TEMPERATURES = (0.0, 0.25, 0.5, 0.7, 1.0)
HELD_OUT = 1000
SEED = 20_260_322  # of the held-out problems and of the noise they are answered with


def stages(folder: Path, *, seed: int = 0) -> list[str]:
    """Names of the RL checkpoints of one RL seed in a toy's folder, earliest first."""
    names = sorted(path.parent.name for path in Path(folder).glob("rl_*/config.json"))
    return [name for name in names if name == stage_name(int(name[3:6]), seed=seed)]


def load_toy_pair(task: str, stage: str | None = None, *, root: Path = TOYS) -> ModelPair:
    """The committed base of a task and one of its RL checkpoints (default: the last).

    Raises ValueError for an unknown task or stage, and FileNotFoundError without checkpoints, as in an installation
    without the repository.
    """
    if task not in TASKS:
        raise ValueError(f"no toy is called {task!r}; choose from {', '.join(sorted(TASKS))}")
    folder = Path(require(root) if root == TOYS else root, task)
    if not (have := stages(folder)):
        raise FileNotFoundError(
            f"no toy checkpoints in {folder}; run from a clone of the repository, or make them with "
            f"`rlvr-direction toy {task} --out {folder}`"
        )
    stage = stage or have[-1]
    if not Path(folder, stage, "config.json").is_file():
        raise ValueError(f"the {task} toy has no stage {stage!r}; choose from {', '.join(have)}")
    return ModelPair.from_pretrained(folder / "base", folder / stage, device_map=accelerator())


def accuracy_table(
    task: Task,
    folder: Path,
    stage_names: Sequence[str],
    *,
    n: int = HELD_OUT,
    temperatures: Sequence[float],
    with_base: bool = True,
) -> pd.DataFrame:
    """Held-out accuracy of the base and of RL stages: `stage, temperature, top_p, accuracy, standard_error, n_tokens`.

    Each row is measured on one response to each of `n` test problems; the standard error is over problems.
    """
    problems = task.problems(n, seed=SEED)
    rows = []
    for stage in stage_names:
        pair = ModelPair.from_pretrained(folder / "base", folder / stage, device_map=accelerator())
        who = {stage: Intervention(EVERYWHERE)}
        if with_base and stage == stage_names[0]:
            who = {"base": Intervention(NOWHERE), **who}
        for sampling in _grid(temperatures):
            table = evaluate(pair, task, problems, who, sampling, seed=SEED)
            rows += [_cell(name, sampling, group) for name, group in table.groupby("intervention", sort=False)]
    return pd.DataFrame(rows)


def gate(task: str, accuracy: pd.DataFrame, stage: str) -> bool:
    """Whether a toy is fit for study: at top_p = 1, the base neither hopeless nor good, and the RL stage far above it.

    Arithmetic: base .10 to .45 and RL at least .35 above it, at every temperature. PointerTree, which needs randomness
    to search: base .20 to .45 and RL at least .30 above it, at T = .7 and 1. Worded: base .08 to .20 and RL at least
    .35 above it, at T = .25 and more.
    """
    low, high, gain, coldest = {
        "arithmetic": (0.10, 0.45, 0.35, 0.0),
        "pointer_tree": (0.20, 0.45, 0.30, 0.7),
        "worded": (0.08, 0.20, 0.35, 0.25),
    }[task]
    plain = accuracy[(accuracy["top_p"] == 1) & (accuracy["temperature"] >= coldest)]
    table = plain.pivot(index="temperature", columns="stage", values="accuracy")
    return bool(table["base"].between(low, high).all() and (table[stage] - table["base"] >= gain).all())


def write_problems(task: Task, path: Path, *, n: int = HELD_OUT) -> Path:
    """Write held-out problems as the JSONL that `decode` reads."""
    rows = [{"problem": problem.prompt, "answer": problem.answer} for problem in task.problems(n, seed=SEED)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_cards(task: Task, folder: Path, accuracy: pd.DataFrame, facts: dict[str, dict[str, object]]) -> None:
    """Write a README.md for each stage in `facts`: how it was made, and its accuracy."""
    for stage, lines in facts.items():
        cells = accuracy[accuracy["stage"] == stage].drop(columns="stage")
        made = "".join(f"- {name}: {value}\n" for name, value in lines.items())
        text = (
            f"# {task.name}: {stage}\n\nA toy model of rlvr-direction, too small for anything but study.\n\n{made}\n"
            f"Accuracy on {HELD_OUT} held-out problems, one response each (± is the standard error over problems):\n\n"
            f"{_markdown(cells)}"
        )
        Path(folder, stage, "README.md").write_text(text, encoding="utf-8")


def _grid(temperatures: Sequence[float]) -> list[Sampling]:
    """Each temperature with top_p 1 and .7; only 1 for temperature 0, where the nucleus changes nothing."""
    return [Sampling(t, top_p) for t in temperatures for top_p in ((1.0,) if t == 0 else (1.0, 0.7))]


def _cell(stage: str, sampling: Sampling, responses: pd.DataFrame) -> dict[str, object]:
    correct = responses["correct"]
    return {
        "stage": stage,
        **asdict(sampling),
        "accuracy": correct.mean(),
        "standard_error": correct.std() / len(correct) ** 0.5,
        "n_tokens": responses["n_tokens"].mean(),
    }


def _markdown(cells: pd.DataFrame) -> str:
    rows = "".join(
        f"| {cell.temperature:g} | {cell.top_p:g} | {cell.accuracy:.3f} ± {cell.standard_error:.3f} |\n"
        for cell in cells.itertuples()
    )
    return f"| temperature | top_p | accuracy |\n|---|---|---|\n{rows}"
