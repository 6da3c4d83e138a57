"""A verdict under other rules, as a table in a claim's box; the page's script turns it into menus."""

from collections.abc import Sequence
from html import escape

from rlvr_direction.lab.claims import variants
from rlvr_direction.lab.claims.wording import in_words
from rlvr_direction.press.forest import ends_of, forest
from rlvr_direction.press.ledger import numbers
from rlvr_direction.press.verdict_box import CALLOUTS

__all__ = ["robustness", "what_if_html"]


def what_if_html(verdict: dict, rows: Sequence[dict]) -> str:
    """The fold that says what each other rule would have said, one row per choice; nothing where there is no choice.

    `rows` are as `variants.survey` makes them, of any claims.
    """
    own = [row for row in rows if (row["id"], row["task"]) == (verdict["id"], verdict["task"])]
    if not own:
        return ""
    ends = ends_of([verdict, *own])
    registered = {"axis": "As registered", "choice": "", "registered": ""} | verdict
    body = "".join(_row(row, verdict, ends) for row in [registered, *own])
    head = "".join(f"<th>{name}</th>" for name in ("Choice", "As registered", "Instead", "Verdict", "Estimate"))
    return (
        f'<details class="rlvr-what-if"><summary>What if the rule were another? {robustness(verdict, rows)}</summary>'
        "<p>Each row changes one choice of the rule and leaves the others. The same code judges the same recorded "
        "counts.</p>"
        f'<div class="rlvr-table" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        "</details>"
    )


def robustness(verdict: dict, rows: Sequence[dict]) -> str:
    """How many other rules leave a verdict as it is, in a sentence."""
    same, others = variants.survives(rows, verdict)
    return f"The verdict survives {same} of {others} other choices."


def _row(row: dict, verdict: dict, ends: tuple[float, float]) -> str:
    badge = f'<strong class="rlvr-badge {CALLOUTS[row["verdict"]]}">{row["verdict"]}</strong>'
    drawn = "" if row["low"] is None else forest(row, ends, verdict["better"])
    shown = escape(numbers({**row, "unit": verdict["unit"]}))
    names = "".join(f"<td>{escape(said)}</td>" for said in (row["axis"], row["registered"], in_words(row["choice"])))
    changed = "" if row["verdict"] == verdict["verdict"] else ' class="changed"'
    estimate = f'<td class="{CALLOUTS[row["verdict"]]}">{drawn} {shown}</td>'
    return f"<tr{changed}>{names}<td>{badge}</td>{estimate}</tr>"
