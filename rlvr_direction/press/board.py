"""The verdict board: a row per claim with the paper's number beside ours. It needs no script; one makes it filter."""

import json
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

import pandas as pd

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press.display import CALLOUTS, place
from rlvr_direction.press.ledger import numbers
from rlvr_direction.press.words import WORDS

__all__ = ["board_html", "write_files"]

WIDTH, HEIGHT, EDGE = 150, 18, 6  # of a small forest, in its own units
SHOWN = ("id", "task", "cell", "verdict", "value", "low", "high", "unit", "better", "bound", "registration", "chapter")
LEGEND = (
    "Each line is a task. Its verdict is about the paper's setting: RL that is not finished, sampled from a nucleus of "
    "0.7 (the ringed mark). The other marks say what the same rule finds for finished RL and without the nucleus: "
    "full, reproduced; half, inconclusive; empty, not reproduced. A bar shows the estimate with its 95 % interval; the "
    "shaded side of the dotted line supports the claim. A task's name leads to its verdict in the book, with the rule."
)


def board_html(claims: Sequence[dict]) -> str:
    """All registered claims in their order: those that have verdicts with them, and the others as open."""
    of = {id: list(rows) for id, rows in groupby(claims, key=lambda claim: claim["id"])}
    rows = "".join(_row(id, of.get(id, [])) for id in CLAIMS)
    return f'<p class="rlvr-legend">{LEGEND}</p><ul class="rlvr-board">{rows}</ul>'


def write_files(claims: Sequence[dict], folder: Path) -> None:
    """The verdicts as `verdicts.json` and `verdicts.csv`, for readers who want to count for themselves."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "verdicts.json").write_text(json.dumps(list(claims), indent=1, sort_keys=True) + "\n")
    pd.DataFrame([{key: claim[key] for key in SHOWN} for claim in claims]).to_csv(folder / "verdicts.csv", index=False)


def _row(id: str, verdicts: Sequence[dict]) -> str:
    words = WORDS[id]
    paper = f"<p><b>Paper</b> {escape(words.paper)}</p>" if words.paper else ""
    ours = "".join(_line(verdict, _ends(verdicts)) for verdict in verdicts)
    said = " ".join(sorted(map(_slug, verdicts))) or "open"
    return (
        f'<li data-verdicts="{said}" data-whose="{"ours" if CLAIMS[id].ours else "paper"}"><div class="asked">'
        f'<p><b class="id">{id}</b> {escape(words.question)}</p>{paper}</div>'
        f'<div class="found">{ours or "<p>Registered; no verdict yet.</p>"}</div></li>'
    )


def _line(verdict: dict, ends: tuple[float, float]) -> str:
    """One task's verdict, its small forest, its numbers, and the marks of its cells."""
    colour, task = CALLOUTS[verdict["verdict"]], verdict["task"] or ""
    said = verdict["verdict"] if verdict["deciding"] else f"a look: {verdict['verdict']}"
    link = f'<a href="{verdict["chapter"]}.html#{place(verdict)}">{task.replace("_", " ") or "every task"}</a>'
    forest = "" if verdict["low"] is None else _forest(verdict, ends)
    again = "" if verdict["registration"] == 2 else "; by the first rules, to be judged anew"
    return (
        f'<div class="verdict {colour}" data-task="{task}" data-verdict="{_slug(verdict)}"><p>{link} '
        f'<strong class="rlvr-badge {colour}">{said}</strong></p>{forest}'
        f'<p class="numbers">{escape(numbers(verdict))}{again}</p>{_marks(verdict)}</div>'
    )


def _slug(verdict: dict) -> str:
    return verdict["verdict"].replace(" ", "-")


def _marks(verdict: dict) -> str:
    """A mark for the deciding cell and one for each of its neighbours; nothing where there are no cells."""
    cells = [verdict, *verdict["neighbours"]] if verdict["neighbours"] else []
    return f'<p class="marks">{"".join(map(_mark, cells))}</p>'


def _mark(cell: dict) -> str:
    said = escape(f"{cell['cell'] or 'all'}: {cell['verdict']} ({cell['value']:.3g})")
    return f'<span class="mark {CALLOUTS[cell["verdict"]]}" role="img" title="{said}" aria-label="{said}"></span>'


def _ends(verdicts: Sequence[dict]) -> tuple[float, float]:
    """The numbers between which a claim's intervals, its bound and zero lie."""
    keys = ("value", "low", "high", "bound")
    numbers = [0.0, *(verdict[key] for verdict in verdicts for key in keys if verdict[key] is not None)]
    return min(numbers), max(numbers)


def _forest(verdict: dict, ends: tuple[float, float]) -> str:
    """The estimate and its interval on the scale that all tasks of a claim share."""
    low, high = ends
    scale = (WIDTH - 2 * EDGE) / ((high - low) or 1)
    value, start, end, bound = (EDGE + scale * (verdict[key] - low) for key in ("value", "low", "high", "bound"))
    left, right = (0, bound) if verdict["better"] == "lower" else (bound, WIDTH)
    middle = HEIGHT / 2
    return (
        f'<svg class="forest" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<rect x="{left:.1f}" width="{right - left:.1f}" height="{HEIGHT}"/>'
        f'<line class="bound" x1="{bound:.1f}" x2="{bound:.1f}" y1="0" y2="{HEIGHT}"/>'
        f'<line x1="{start:.1f}" x2="{end:.1f}" y1="{middle}" y2="{middle}"/>'
        f'<circle cx="{value:.1f}" cy="{middle}" r="3.5"/></svg>'
    )
