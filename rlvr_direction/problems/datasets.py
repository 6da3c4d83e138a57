"""Public sets of mathematical problems by name, loaded from the Hugging Face Hub by `datasets`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

__all__ = ["DATASETS", "KnownDataset", "dataset_rows"]


@dataclass(frozen=True)
class KnownDataset:
    """A data set on the Hugging Face Hub, at one commit: which split, which column is the problem, and who made it.

    The column `answer` is read by `answer_of`. `licence` is the one that its card declares. `checked` says which of
    name, columns, licence and revision public documents confirmed; no data set was downloaded.
    """

    hub: str
    config: str
    split: str
    revision: str
    licence: str
    source: str
    checked: tuple[str, ...]
    problem: str = "problem"
    answer_of: Callable[[str], str] = str.strip


def _after_hashes(solution: str) -> str:
    r"""The answer at the end of a solution of GSM8K, without the commas of its thousands.

    >>> _after_hashes("They sold 3 * 400 = <<3*400=1200>>1200.\n#### 1,200")
    '1200'
    """
    return solution.rpartition("####")[2].strip().replace(",", "")


ALL = ("name", "columns", "licence", "revision")
DATASETS: Mapping[str, KnownDataset] = MappingProxyType(
    {
        "aime24": KnownDataset(
            hub="HuggingFaceH4/aime_2024",
            config="default",
            split="train",
            revision="2fe88a2f1091d5048c0f36abc874fb997b3dd99a",
            licence="none declared",
            source="AIME 2024 I and II, from AI-MO/aimo-validation-aime (Apache 2.0)",
            checked=ALL,
        ),
        "aime25": KnownDataset(
            hub="math-ai/aime25",
            config="default",
            split="test",
            revision="563bb8404243c5f09de6ec262f2db674fe5bce9b",
            licence="Apache 2.0",
            source="AIME 2025 I and II",
            checked=ALL,
        ),
        "amc23": KnownDataset(
            hub="math-ai/amc23",
            config="default",
            split="test",
            revision="80815d37005feb82cd7f8fbc6901d5d3eff43057",
            licence="none declared",
            source="AMC 12 2023, reworded to whole numbers, from AI-MO/aimo-validation-amc (Apache 2.0)",
            checked=("name", "columns", "revision"),
            problem="question",
        ),
        "math500": KnownDataset(
            hub="HuggingFaceH4/MATH-500",
            config="default",
            split="test",
            revision="6e4ed1a2a79af7d8630a6b768ec859cb5af4d3be",
            licence="none declared",
            source="MATH (MIT; arXiv 2103.03874), the 500 problems of arXiv 2305.20050",
            checked=("name", "columns", "revision"),
        ),
        "gsm8k": KnownDataset(
            hub="openai/gsm8k",
            config="main",
            split="test",
            revision="740312add88f781978c0658806c59bc2815b9866",
            licence="MIT",
            source="arXiv 2110.14168",
            checked=ALL,
            problem="question",
            answer_of=_after_hashes,
        ),
    }
)


def dataset_rows(name: str) -> list[dict[str, Any]]:
    """The rows of a data set in `DATASETS`, with `problem` and `answer`; its other columns are kept.

    `datasets` downloads it once and keeps it. Raises ConnectionError if it is neither kept nor can be downloaded.
    """
    from datasets import load_dataset  # takes seconds to import

    known = DATASETS[name]
    try:
        table = load_dataset(known.hub, known.config, split=known.split, revision=known.revision)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"{name} is {known.hub} on the Hugging Face Hub, which cannot be loaded ({' '.join(str(error).split())}): "
            "load it once with a connection and without HF_HUB_OFFLINE, which keeps it for later, or pass a JSONL or "
            "Parquet file of its problems"
        ) from error
    return [_renamed(row, known) for row in table]


def _renamed(row: Mapping[str, Any], known: KnownDataset) -> dict[str, Any]:
    """A row with its problem and its answer as `load_problems` reads them."""
    kept = {key: cell for key, cell in row.items() if key not in (known.problem, "answer")}
    return {"problem": row[known.problem], "answer": known.answer_of(row["answer"]), **kept}
