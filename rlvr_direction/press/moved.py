"""What moved since the verdicts were recorded: verdicts, their numbers, and versions, as Markdown for an issue.

`python -m rlvr_direction.press.moved LANE COMMITTED LOG STATUS` writes it, and fails if a verdict or a number moved or
STATUS, that of the command which wrote LOG, is not 0. Other versions alone are no failure: they may be asked for.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rlvr_direction.press import ledger, site
from rlvr_direction.press.provenance import versions
from rlvr_direction.press.run import ROOT

__all__ = ["main", "moved_verdicts", "moved_versions", "page"]

NUMBERS = ("value", "low", "high")
ONE_IN_THE_LAST_OF_FOUR_DIGITS = 1.1e-3
LAST_LINES = 40


def moved_verdicts(before: Sequence[dict], now: Sequence[dict]) -> list[list[str]]:
    """A row for each verdict that is new, gone, or another, in its word or by more than one in its last digit.

    Columns: claim, task, cell, what was recorded, what is judged now.
    """
    old, new = _by_place(before), _by_place(now)
    return [
        [*place, _said(old.get(place)), _said(new.get(place))]
        for place in dict.fromkeys([*old, *new])
        if not _same(old.get(place), new.get(place))
    ]


def moved_versions(found: Mapping[str, tuple[str, str | None]]) -> list[list[str]]:
    """A row for each package whose installed version is not the lock's: its name, the lock's, the installed one."""
    return [[name, locked, installed or "-"] for name, (locked, installed) in found.items() if locked != installed]


def page(lane: str, verdicts: Sequence[Sequence[str]], others: Sequence[Sequence[str]], log: str | None = None) -> str:
    """The summary of a lane as Markdown: tables of what moved, and the last lines of the log if the build failed."""
    built = (
        "The book was built.\n" if log is None else f"The book was not built. Its log ends:\n\n```text\n{log}\n```\n"
    )
    parts = [
        _table(f"{len(verdicts)} verdicts or numbers moved", ("Claim", "Task", "Cell", "Recorded", "Now"), verdicts),
        _table(f"{len(others)} versions are not the lock's", ("Package", "Lock", "Installed"), others),
    ]
    return "\n".join([f"# The book on the {lane} versions\n", built, *parts])


def main(lane: str, committed: str, log: str, status: str) -> int:
    """Write the summary of a lane to stdout; returns 1 if a verdict or a number moved or the book was not built."""
    rows = moved_verdicts(ledger.read_claims(Path(committed)), site.verdicts())
    last = "\n".join(Path(log).read_text().splitlines()[-LAST_LINES:]) if int(status) else None
    sys.stdout.write(page(lane, rows, moved_versions(versions(ROOT / "requirements.txt")), last))
    return int(bool(rows or int(status)))


def _by_place(claims: Sequence[dict]) -> dict[tuple[str, str, str], dict]:
    """Every verdict, and those of its neighbouring cells, by claim, task and cell."""
    return {place: verdict for claim in claims for place, verdict in _places(claim)}


def _places(claim: dict) -> Iterator[tuple[tuple[str, str, str], dict]]:
    for verdict in (claim, *claim["neighbours"]):
        yield (claim["id"], claim["task"] or "every task", verdict["cell"] or verdict["text"]), verdict


def _same(one: dict | None, other: dict | None) -> bool:
    if one is None or other is None:
        return False
    return one["verdict"] == other["verdict"] and all(_close(one[name], other[name]) for name in NUMBERS)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=ONE_IN_THE_LAST_OF_FOUR_DIGITS, abs_tol=1e-12)


def _said(verdict: dict | None) -> str:
    if verdict is None:
        return "-"
    value, low, high = ("-" if verdict[name] is None else f"{verdict[name]:.4g}" for name in NUMBERS)
    return f"{verdict['verdict']}: {value} [{low}, {high}]"


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return f"## {title}\n\n" + (ledger.markdown_table(columns, rows) if rows else "")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
