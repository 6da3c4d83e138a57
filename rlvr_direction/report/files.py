"""Write the token view of a file: of decoded responses, or of scored texts."""

from pathlib import Path

import pandas as pd

from rlvr_direction.problems import Problem, read_rows
from rlvr_direction.records import load
from rlvr_direction.report.responses import RESPONSES, report_html
from rlvr_direction.report.texts import TOKENS, texts_html
from rlvr_direction.settings import ReportSettings

__all__ = ["ReportSettings", "report"]


def report(settings: ReportSettings) -> Path:
    """Write the token view of a table that `decode` or `score` wrote; returns `settings.out`.

    A table of `decode` has its tokens file beside it. Raises FileNotFoundError if a file is missing, ValueError for a
    table of another kind, and FileExistsError if `out` exists and `force` is not set.
    """
    path, out = Path(settings.table), Path(settings.out)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not a file; make it with `rlvr-direction decode` or `rlvr-direction score`")
    if out.exists() and not settings.force:
        raise FileExistsError(f"{out} exists already: pass --force to replace it")
    page = _page(load(path), settings)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    return out


def _page(table: pd.DataFrame, settings: ReportSettings) -> str:
    """The page of a table, by what its columns are."""
    path = Path(settings.table)
    if set(table.columns) >= TOKENS:
        return texts_html(table, limit=settings.texts, prompts=_prompts(settings.prompts))
    if not set(table.columns) >= RESPONSES:
        raise ValueError(
            f"{path} has the columns {', '.join(sorted(table.columns)[:12])}; expected a table that `rlvr-direction "
            "decode` or `rlvr-direction score` wrote"
        )
    tokens = path.with_name(f"{path.stem}.tokens{path.suffix}")
    if not tokens.is_file():
        raise FileNotFoundError(f"{tokens} is not a file; make both with `rlvr-direction decode ... --out {path}`")
    return report_html(table, load(tokens), limit=settings.texts)


def _prompts(path: Path | None) -> list[str] | None:
    """The prompts of a file of texts, in its order."""
    if path is None:
        return None
    rows = read_rows(path, {"prompt": (str, list)})
    return [Problem(row.get("prompt", row.get("prompt_ids")), "").text for row in rows]
