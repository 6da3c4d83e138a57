"""What the lab's commands can be asked for: a toy to train, a study to record."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rlvr_direction.settings import Force, Resume, Settings

__all__ = ["StudySettings", "ToySettings"]


@dataclass(frozen=True)
class ToySettings(Settings):
    """Train a toy base and its RL checkpoints from scratch; a run that was interrupted goes on."""

    task: Annotated[str, Argument(help="arithmetic, pointer_tree or worded.")]
    out: Annotated[Path, Option(help="Folder for the base, the RL stages and problems.jsonl (held out).")]
    seed: Annotated[int, Option(min=0, help="Seed of the base.")] = 0
    rl_seed: Annotated[int, Option(min=0, help="Seed of the RL run from that base.")] = 0
    rollouts: Annotated[int | None, Option(min=1, help="Stop RL after so many. Default: the recipe's.")] = None
    large: Annotated[bool, Option("--large", help="About 30 M parameters, of worded alone: for a GPU.")] = False
    jobs: Annotated[int, Option(min=1, help="Parts of the accuracy at a time, one thread each.")] = 2


@dataclass(frozen=True)
class StudySettings(Settings):
    """Repeat a measurement over seeds, resumable part by part, and record what it counted.

    Of claim C1: separation. C2: gates, then gate_finalists; promoted, advantages, q_head. C3: lemma, gradients. C4:
    tilts, then tilt_finalists; trees, travel, spaces, rewards. C5: tuning, then weightings; own_rates, then
    at_own_rates. Beyond: together, adapters, sizes.
    """

    name: Annotated[
        str,
        Argument(help="One of the studies above."),
    ]
    task: Annotated[str, Option(help="arithmetic, pointer_tree or worded.")]
    out: Annotated[Path | None, Option(help="Default: book/data/<study>/<task>.parquet.")] = None
    seeds: Annotated[int | None, Option(min=1, help="RL seeds, from 0. Default: 5; of weightings 30.")] = None
    problems: Annotated[
        int | None, Option(min=2, help="Held-out problems. Default: 2000, of worded 800; fewer in some studies.")
    ] = None
    jobs: Annotated[int | None, Option(min=1, help="Parts at a time, one thread each. Default: 2.")] = None
    resume: Resume = False
    force: Force = False
