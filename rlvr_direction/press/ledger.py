"""The recorded verdicts, and their table for the front page and the README."""

import json
from collections.abc import Sequence
from pathlib import Path

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.lab.claims.verdicts import verdicts_by_chance

__all__ = ["MARKS", "between_marks", "read_claims", "table", "update", "write_claims"]

MARKS = ("<!-- ledger:start -->", "<!-- ledger:end -->")
COLUMNS = ("Claim", "Task", "Verdict", "Elsewhere", "Estimate, interval, and what supports the claim")
REPLACED = ("Claim", "Task", "Verdict", "Estimate and interval", "Why it was judged again")
SIGNS = {"reproduced": "●", "inconclusive": "◐", "not reproduced": "○"}


def write_claims(claims: Sequence[dict], path: Path) -> None:
    """Write the verdicts as JSON, one key per line, so that version control shows each change on its own line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(claims, indent=1, sort_keys=True) + "\n")


def read_claims(path: Path) -> list[dict]:
    """Read the recorded verdicts; none if the file does not exist yet."""
    return json.loads(path.read_text()) if path.exists() else []


def table(claims: Sequence[dict], replaced: Sequence[dict] = (), *, chapters_at: str = "") -> str:
    """Markdown tables of the verdicts, with links to the chapters and how to read them.

    The paper's claims come first, then our own results, then what is still judged by the first registration. Of the
    `replaced` verdicts, those are shown that were judged again.
    """
    again = {claim["id"] for claim in claims if claim["registration"] == 2}
    groups = {
        "The paper's claims": [c for c in claims if c["registration"] == 2 and not c["ours"]],
        "Results of our own": [c for c in claims if c["registration"] == 2 and c["ours"]],
        "Not judged again yet": [c for c in claims if c["registration"] == 1],
    }
    text = ""
    for heading, group in groups.items():
        new = [i == 0 or claim["id"] != group[i - 1]["id"] for i, claim in enumerate(group)]
        rows = [_cells(claim, chapters_at, first=first) for claim, first in zip(group, new, strict=True)]
        text += f"### {heading}\n\n{_rows(COLUMNS, rows)}\n" if group else ""
    text += _notes([claim for claim in claims if claim["deciding"]]) if claims else ""
    if old := [claim for claim in replaced if claim["id"] in again]:
        why = [[c["id"], c["task"] or "", c["verdict"], _estimate(c), c["replaced"]] for c in old]
        text += f"\n### What the first registration said of them\n\n{_rows(REPLACED, why)}"
    open_claims = [id for id in CLAIMS if id not in again]
    return text + (f"\nRegistered, without a verdict yet: {', '.join(open_claims)}.\n" if open_claims else "")


def _rows(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *cells]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


def _cells(claim: dict, chapters_at: str, *, first: bool) -> list[str]:
    """A row of the table; only the first one of a claim has its statement."""
    return [
        f"[{claim['id']}]({chapters_at}{claim['chapter']}.ipynb)" + (f" {claim['statement']}" if first else ""),
        claim["task"] or "",
        f"**{claim['verdict']}**" if claim["deciding"] else f"a look: {claim['verdict']}",
        "\u00a0".join(SIGNS[row["verdict"]] for row in claim["neighbours"]),
        f"{_estimate(claim)} {claim['reading']}",
    ]


def _estimate(claim: dict) -> str:
    interval = "" if claim["low"] is None else f" [{claim['low']:.3g}, {claim['high']:.3g}]"
    return f"{claim['value']:.3g}{interval}"


def _notes(claims: Sequence[dict]) -> str:
    n = sum(not claim["deterministic"] for claim in claims)
    signs = ", ".join(f"{sign} {verdict}" for verdict, sign in SIGNS.items())
    return (
        "A verdict is about the paper's regime: RL that is not finished, sampled at top_p .7. *Elsewhere* is what the "
        f"same rule says outside it ({signs}): unfinished at top_p 1, finished at top_p .7, finished at top_p 1, or "
        "what the claim's page names. If every effect lay exactly on its bound, "
        f"{verdicts_by_chance(n):.1f} of the {n} verdicts with an interval "
        "would read *reproduced* by chance, and fewer where a rule asks for several intervals at once. Verdicts "
        "without an interval are exact and are not counted. Where a rule asks for a gain that matters, one that is "
        "shown to be smaller than 1 point (0.01) reads *not reproduced*, even if its interval lies above 0.\n"
    )


def between_marks(text: str, content: str, marks: tuple[str, str] = MARKS) -> str:
    """The text with `content` between two marks, the ledger's. Raises ValueError where there are no two in order."""
    start, end = marks
    if any(text.count(mark) != 1 for mark in marks) or text.index(start) > text.index(end):
        raise ValueError(f"expected {start} and then {end}, each once; add them where the table belongs")
    before, rest = text.split(start)
    return f"{before}{start}\n{content}{end}{rest.split(end)[1]}"


def update(path: Path, claims: Sequence[dict], replaced: Sequence[dict] = (), *, chapters_at: str) -> None:
    """Rewrite the ledger in a file, between its marks."""
    path.write_text(between_marks(path.read_text(), table(claims, replaced, chapters_at=chapters_at)))
