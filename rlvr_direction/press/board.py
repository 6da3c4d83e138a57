"""The verdict board: a row per claim with the paper's number beside ours. It needs no script; one makes it filter."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.lab.claims.variants import survives
from rlvr_direction.lab.claims.wording import task_in_words
from rlvr_direction.press.forest import ends_of, forest
from rlvr_direction.press.ledger import asked, numbers, supports, write_claims
from rlvr_direction.press.verdict_box import CALLOUTS, look, place
from rlvr_direction.press.words import WORDS

__all__ = ["board_html", "rows_html", "write_files"]

SHOWN = ("id", "task", "cell", "verdict", "value", "low", "high", "unit", "better", "bound", "chapter")
KEY = {"tip": "reproduced", "warning": "inconclusive", "danger": "not reproduced", "none": "nothing to judge"}
IN_SHORT = "The bar is the estimate with its 95 % interval."
LEGEND = (
    "Each line is a task. Ringed mark: the verdict, in the paper's setting. Small marks: the same rule in other "
    "settings, which the claim's box names. The shaded side of the dotted line supports the claim. Survives a of b "
    "other rules: of b changes to the rule, one at a time, a leave the verdict as it is."
)


def board_html(claims: Sequence[dict], variants: Sequence[dict] = ()) -> str:
    """All registered claims in their order: those that have verdicts with them, and the others as open.

    With `variants`, each verdict says how many other rules it survives.
    """
    key = "".join(f'<span class="key"><span class="mark {name}"></span> {said}</span>' for name, said in KEY.items())
    legend = f'<p class="rlvr-legend">{IN_SHORT} {key}</p>'
    legend += f"<details><summary>How to read the board</summary>{LEGEND}</details>"
    return legend + rows_html(CLAIMS, claims, variants, filtered=True)


def rows_html(
    ids: Iterable[str],
    claims: Sequence[dict],
    variants: Sequence[dict] = (),
    *,
    notes: Mapping[str, str] = MappingProxyType({}),
    filtered: bool = False,
    brief: bool = False,
) -> str:
    """Some rows of the board, each with a note if it has one; `filtered` asks for menus above them.

    A `brief` one leaves out how many other rules each verdict survives, and the marks of other settings.
    """
    of = {id: list(rows) for id, rows in groupby(claims, key=lambda claim: claim["id"])}
    rows = "".join(_row(id, of.get(id, []), variants, notes.get(id, "")) for id in ids)
    return f'<ul class="rlvr-board{" brief" if brief else ""}"{" data-filtered" if filtered else ""}>{rows}</ul>'


def write_files(claims: Sequence[dict], variants: Sequence[dict], folder: Path) -> None:
    """The verdicts as `verdicts.json` and `verdicts.csv`, for readers who want to count for themselves.

    What other rules would have said of them is in `variants.json`.
    """
    write_claims(claims, folder / "verdicts.json")
    write_claims(variants, folder / "variants.json")
    pd.DataFrame([{key: claim[key] for key in SHOWN} for claim in claims]).to_csv(folder / "verdicts.csv", index=False)


def _row(id: str, verdicts: Sequence[dict], variants: Sequence[dict], note: str) -> str:
    words = WORDS[id]
    paper = f"<p><b>Paper</b> {escape(words.paper)}</p>" if words.paper else ""
    why = f"<p><b>Why</b> {note}</p>" if note else ""
    ours = "".join(_line(verdict, ends_of(verdicts), variants) for verdict in verdicts)
    said = " ".join(sorted(map(_slug, verdicts))) or "open"
    whose = "ours" if CLAIMS[id].ours else "paper" if asked(id) else "harder"
    return (
        f'<li id="claim-{id.lower()}" data-verdicts="{said}" data-whose="{whose}"><div class="asked">'
        f'<p><b class="id">{id}</b> {escape(words.question)}</p>{paper}{why}</div>'
        f'<div class="found">{ours or "<p>Registered; no verdict yet.</p>"}</div></li>'
    )


def _line(verdict: dict, ends: tuple[float, float], variants: Sequence[dict]) -> str:
    """One task's verdict, its small forest, its numbers, and the marks of its cells."""
    colour, task = CALLOUTS[verdict["verdict"]], verdict["task"] or ""
    said = verdict["verdict"] if verdict["deciding"] else f"a look: {verdict['verdict']}"
    link = f'<a href="{verdict["chapter"]}.html#{place(verdict)}">{task_in_words(task) or "every task"}</a>'
    drawn = "<span></span>" if verdict["low"] is None else forest(verdict, ends, verdict["better"])
    same, others = survives(variants, verdict)
    survived = f"; survives {same} of {others} other rules" if others else ""
    bound = f"; {supports(verdict)}" if verdict["bound"] and drawn.startswith("<svg") else ""
    return (
        f'<div class="verdict {colour}" data-task="{task}" data-verdict="{_slug(verdict)}"><p>{link} '
        f'<strong class="rlvr-badge {colour}">{said}</strong></p>{drawn}'
        f'<p class="numbers">{escape(numbers(verdict))}<span class="more">{bound}{survived}</span></p>'
        f"{_marks(verdict)}</div>"
    )


def _slug(verdict: dict) -> str:
    return verdict["verdict"].replace(" ", "-")


def _marks(verdict: dict) -> str:
    """A mark for the deciding cell and one for each of its neighbours; nothing where there are no cells."""
    cells = [verdict, *verdict["neighbours"]] if verdict["neighbours"] else []
    return f'<p class="marks">{"".join(map(_mark, cells))}</p>'


def _mark(cell: dict) -> str:
    verdict, colour = look(cell)
    said = escape(f"{cell['cell'] or 'all'}: {verdict} ({cell['value']:.3g})")
    return f'<span class="mark {colour}" role="img" title="{said}" aria-label="{said}"></span>'
