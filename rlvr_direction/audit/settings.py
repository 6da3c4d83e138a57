"""What `audit` can be asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rlvr_direction.settings import PairSettings

__all__ = ["AuditSettings"]


@dataclass(frozen=True)
class AuditSettings(PairSettings):
    """Ask the paper's questions of a pair: what tells its texts apart, what replacement and extrapolation gain.

    The first batch is timed, and the number of problems follows from it and from --budget-minutes; what will be done
    is said before it is. A quarter of the problems calibrate thresholds and choices, the others are judged.
    """

    problems: Annotated[
        Path,
        Argument(
            help="JSONL or Parquet rows: problem (text or messages) or prompt_ids, answer; or a data set of the Hub: "
            "aime24, aime25, amc23, math500 or gsm8k."
        ),
    ]
    out: Annotated[Path, Option(help="Folder to write: audit.html, audit.ipynb and the tables (Parquet).")]
    budget_minutes: Annotated[float, Option(min=0, help="Time to spend, about.")] = 60.0
    use: Annotated[
        int | None, Option(min=8, help="Problems to use, whatever time they take. Default: as many as there is time.")
    ] = None
    samples: Annotated[
        int | None,
        Option(min=1, help="Responses per judged problem and arm. Default: as many as there is time."),
    ] = None
    task: Annotated[str, Option(help="Grader: math, arithmetic, pointer_tree or module:function.")] = "math"
    seed: Annotated[int, Option(min=0, help="Seed of the noise.")] = 0
    temperature: Annotated[float, Option(help="Sampling temperature of all arms but cold RL.")] = 1.0
    top_p: Annotated[float, Option(help="Sample from the smallest set of tokens with this probability.")] = 0.7
    max_new_tokens: Annotated[
        int | None, Option(min=1, help="Longest response in tokens. Default: the task's; for math 1024.")
    ] = None
    stop: Annotated[
        list[str] | None,
        Option(help="Text that ends a response; may be given several times. Default: what a named template says."),
    ] = None
    batch_size: Annotated[int, Option(min=1, help="Responses per forward pass.")] = 64
