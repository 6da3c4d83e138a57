"""The recorded verdicts, and the table made of them for the front page and the README."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from rlvr_direction.lab.claims import CLAIMS, verdicts_by_chance

__all__ = ["MARKS", "between_marks", "read_claims", "recorded_claims", "table", "update", "write_claims"]

MARKS = ("<!-- ledger:start -->", "<!-- ledger:end -->")
HEADER = "| Claim | Task | Verdict | Estimate and interval | What was claimed |\n|---|---|---|---|---|\n"


def recorded_claims(found: Iterable[Mapping]) -> list[dict]:
    """The claims among the records as they are kept: sorted, to four digits, so that a rerun changes little."""
    claims = [{k: v for k, v in record.items() if k != "kind"} for record in found if record["kind"] == "claim"]
    rounded = [claim | {key: _rounded(claim[key]) for key in ("value", "low", "high")} for claim in claims]
    return sorted(rounded, key=lambda claim: (claim["id"], claim["task"] or ""))


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def write_claims(claims: list[dict], path: Path) -> None:
    """Keep the verdicts as JSON, one key a line, so that a change of one is a readable difference."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(claims, indent=1, sort_keys=True) + "\n")


def read_claims(path: Path) -> list[dict]:
    """The kept verdicts; none if nothing was recorded yet."""
    return json.loads(path.read_text()) if path.exists() else []


def table(claims: list[dict], *, chapters_at: str = "") -> str:
    """The verdicts as a Markdown table with links to their chapters, what chance gives, and the claims without one."""
    rows = "".join(_row(claim, chapters_at) for claim in claims)
    open_claims = [id for id in CLAIMS if id not in {claim["id"] for claim in claims}]
    rest = f"Registered, without a verdict yet: {', '.join(open_claims)}.\n" if open_claims else ""
    return (HEADER + rows + "\n" + _by_chance(len(claims)) if rows else "") + rest


def _by_chance(n: int) -> str:
    return (
        f"If every effect lay exactly on its bound, {verdicts_by_chance(n):.1f} of these {n} verdicts would read "
        "*reproduced* by chance; fewer, where a rule asks for several intervals at once.\n\n"
    )


def _row(claim: dict, chapters_at: str) -> str:
    numbers = ["undefined" if claim[key] is None else f"{claim[key]:.3g}" for key in ("value", "low", "high")]
    cells = [
        f"[{claim['id']}]({chapters_at}{claim['chapter']}.ipynb)",
        claim["task"] or "",
        f"**{claim['verdict']}**",
        "{} [{}, {}]".format(*numbers),
        claim["statement"],
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def between_marks(text: str, content: str) -> str:
    """The text with what stands between the two ledger marks replaced; all else stays, byte for byte."""
    if any(text.count(mark) != 1 for mark in MARKS) or text.index(MARKS[0]) > text.index(MARKS[1]):
        raise ValueError(f"expected {MARKS[0]} and then {MARKS[1]}, each once; add them where the ledger belongs")
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    return f"{before}{MARKS[0]}\n{content}{MARKS[1]}{after}"


def update(path: Path, claims: list[dict], *, chapters_at: str) -> None:
    """Rewrite the ledger in a file, between its marks."""
    path.write_text(between_marks(path.read_text(), table(claims, chapters_at=chapters_at)))
