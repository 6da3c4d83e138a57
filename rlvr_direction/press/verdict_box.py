"""The box of a verdict in its chapter: what was found, what stands beside it, and the rule."""

from collections.abc import Mapping
from html import escape

from rlvr_direction.press.ledger import numbers, supports

__all__ = ["CALLOUTS", "place", "title_of", "verdict_box"]

CALLOUTS = {"reproduced": "tip", "not reproduced": "danger", "inconclusive": "warning"}


def place(record: Mapping) -> str:
    """The anchor of a verdict in its chapter, such as "c2f-arithmetic"."""
    return "-".join(filter(None, [record["id"], record["task"]])).lower()


def title_of(record: Mapping) -> str:
    """A box's title: claim, task, cell and verdict."""
    look = None if record["deciding"] else "a look, no verdict"
    return " · ".join(filter(None, [record["id"], record["task"], record["cell"], record["verdict"], look]))


def verdict_box(record: Mapping, told: set[str]) -> str:
    """The box as HTML. Of statement, rule, departures and choices it leaves out what was `told`, and adds its own."""
    departures = [f"Departure from the registered rule: {said}" for said in record["departures"]]
    rule = [said for said in (record["rule"], *departures, record["chosen"]) if said and said not in told]
    about = "What was chosen" if record["rule"] in told else "The rule"
    fold = f"<details><summary>{about}</summary><p>{escape(' '.join(rule))}</p></details>" if rule else ""
    statement = "" if record["statement"] in told else f"<p>{escape(record['statement'])}</p>"
    told |= {*rule, record["statement"]}
    note = f'<p class="rlvr-note">{escape(record["note"])}</p>' if record["note"] else ""
    return (
        f'<div id="{place(record)}" class="admonition {CALLOUTS[record["verdict"]]} rlvr-claim">'
        f'<p class="admonition-title">{escape(title_of(record))}</p>{statement}'
        f"<p>{escape(record['text'])}: <strong>{escape(numbers(record))}</strong> ({supports(record)}).</p>"
        f"{note}{_beside(record)}{fold}</div>"
    )


def _beside(record: Mapping) -> str:
    """The rows that are no verdicts, as a list: the same rule in another cell, or the same claim read another way."""
    items = "".join(
        f'<li><span class="rlvr-badge {CALLOUTS[row["verdict"]]}">{escape(row["verdict"])}</span> '
        f"{escape(row['cell'] or row['text'])}: {escape(numbers({**row, 'unit': record['unit']}))}. "
        f"{escape(row['note'])}</li>"
        for row in record["neighbours"]
    )
    return f'<p>Beside the verdict:</p><ul class="rlvr-neighbours">{items}</ul>' if items else ""
