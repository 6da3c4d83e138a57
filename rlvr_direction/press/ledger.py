"""The recorded verdicts, and their table for the front page and the README."""

import json
from collections.abc import Sequence
from pathlib import Path

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.lab.claims.verdicts import verdicts_by_chance

__all__ = ["MARKS", "between_marks", "read_claims", "table", "update", "write_claims"]

MARKS = ("<!-- ledger:start -->", "<!-- ledger:end -->")
COLUMNS = ("Claim", "Task", "Verdict", "Estimate and interval", "Unit, and what supports the claim", "What was claimed")
REGISTRATIONS = {1: "First registration"}


def write_claims(claims: Sequence[dict], path: Path) -> None:
    """Write the verdicts as JSON, one key per line, so that version control shows each change on its own line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(claims, indent=1, sort_keys=True) + "\n")


def read_claims(path: Path) -> list[dict]:
    """Read the recorded verdicts; none if the file does not exist yet."""
    return json.loads(path.read_text()) if path.exists() else []


def table(claims: Sequence[dict], *, chapters_at: str = "") -> str:
    """A Markdown table of the verdicts of each registration, with links to the chapters, and how to read it."""
    text = ""
    for number, heading in REGISTRATIONS.items():
        if of_it := [claim for claim in claims if claim["registration"] == number]:
            rows = [COLUMNS, ["---"] * len(COLUMNS), *(_cells(claim, chapters_at) for claim in of_it)]
            text += f"### {heading}\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows) + _notes(of_it)
    open_claims = [id for id in CLAIMS if id not in {claim["id"] for claim in claims}]
    return text + (f"\nRegistered, without a verdict yet: {', '.join(open_claims)}.\n" if open_claims else "")


def _cells(claim: dict, chapters_at: str) -> list[str]:
    interval = "" if claim["deterministic"] else f" [{claim['low']:.3g}, {claim['high']:.3g}]"
    cells = [
        f"[{claim['id']}]({chapters_at}{claim['chapter']}.ipynb)",
        claim["task"] or "",
        f"**{claim['verdict']}**",
        f"{claim['value']:.3g}{interval}",
        claim["reading"],
        claim["statement"],
    ]
    return [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]


def _notes(claims: Sequence[dict]) -> str:
    n = sum(not claim["deterministic"] for claim in claims)
    return (
        f"\nIf every effect lay exactly on its bound, {verdicts_by_chance(n):.1f} of the {n} verdicts with an interval "
        "would read *reproduced* by chance, and fewer where a rule asks for several intervals at once. Verdicts "
        "without an interval are exact and are not counted. Where a rule asks for a gain that matters, one that is "
        "shown to be smaller than 1 point (0.01) reads *not reproduced*, even if its interval lies above 0.\n"
    )


def between_marks(text: str, content: str) -> str:
    """The text with `content` between the two ledger marks. Raises ValueError where there are no two marks in order."""
    if any(text.count(mark) != 1 for mark in MARKS) or text.index(MARKS[0]) > text.index(MARKS[1]):
        raise ValueError(f"expected {MARKS[0]} and then {MARKS[1]}, each once; add them where the ledger belongs")
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    return f"{before}{MARKS[0]}\n{content}{MARKS[1]}{after}"


def update(path: Path, claims: Sequence[dict], *, chapters_at: str) -> None:
    """Rewrite the ledger in a file, between its marks."""
    path.write_text(between_marks(path.read_text(), table(claims, chapters_at=chapters_at)))
