"""What `audit` can be asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

from rlvr_direction.settings import BatchSize, MaxNewTokens, PairSettings, Problems, Seed, Stop, Task

__all__ = ["AuditSettings"]


@dataclass(frozen=True)
class AuditSettings(PairSettings):
    """Ask the paper's questions of a pair: what tells its texts apart, what replacement and extrapolation gain.

    The first batch is timed, and the number of problems follows from it and from --budget-minutes; what will be done
    is said before it is. A quarter of the problems calibrate thresholds and choices, the others are judged.
    """

    problems: Problems
    out: Annotated[Path, Option(help="Folder to write: audit.html, audit.ipynb and the tables (Parquet).")]
    budget_minutes: Annotated[float, Option(min=0, help="Time to spend, about.")] = 60.0
    use: Annotated[
        int | None, Option(min=8, help="Problems to use, whatever time they take. Default: as many as there is time.")
    ] = None
    samples: Annotated[
        int | None,
        Option(min=1, help="Responses per problem and arm. Default: as many as there is time."),
    ] = None
    task: Task = "math"
    seed: Seed = 0
    temperature: Annotated[float, Option(help="Sampling temperature of all arms but cold RL.")] = 1.0
    top_p: Annotated[float, Option(help="Sample from the smallest set of tokens with this probability.")] = 0.7
    max_new_tokens: MaxNewTokens = None
    stop: Stop = None
    batch_size: BatchSize = 64
