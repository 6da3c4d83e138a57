"""The box of a verdict in its chapter: what was found, what stands beside it, and the rule."""

from collections.abc import Mapping
from html import escape

from rlvr_direction.press.ledger import numbers, supports

__all__ = ["CALLOUTS", "FOLDED", "look", "place", "title_of", "verdict_box"]

CALLOUTS = {"reproduced": "tip", "not reproduced": "danger", "inconclusive": "warning"}
FOLDED = "rlvr-folded"  # the class of a box that is a line until opened


def look(row: Mapping) -> tuple[str, str]:
    """The words of a verdict and the name of its colour; where nothing of the claim was done there is none to show."""
    return ("nothing to judge", "none") if row["vacuous"] else (row["verdict"], CALLOUTS[row["verdict"]])


def place(record: Mapping) -> str:
    """The anchor of a verdict in its chapter, such as "c2f-arithmetic"."""
    return "-".join(filter(None, [record["id"], record["task"]])).lower()


def title_of(record: Mapping) -> str:
    """A box's title: claim, task, cell and verdict."""
    only = None if record["deciding"] else "a look, no verdict"
    return " · ".join(filter(None, [record["id"], record["task"], record["cell"], record["verdict"], only]))


def verdict_box(record: Mapping, told: set[str], *, folded: bool = False) -> str:
    """The box as HTML. Of statement, rule, departures and choices it leaves out what was `told`, and adds its own.

    A box that is `folded` is a line with its title until opened.
    """
    departures = [f"Departure from the registered rule: {said}" for said in record["departures"]]
    rule = [said for said in (record["rule"], *departures, record["chosen"]) if said and said not in told]
    about = "What was chosen" if record["rule"] in told else "The rule"
    fold = f"<details><summary>{about}</summary><p>{escape(' '.join(rule))}</p></details>" if rule else ""
    statement = "" if record["statement"] in told else f"<p>{escape(record['statement'])}</p>"
    told |= {*rule, record["statement"]}
    note = f'<p class="rlvr-note">{escape(record["note"])}</p>' if record["note"] else ""
    found = f"<p>{escape(record['text'])}: <strong>{escape(numbers(record))}</strong> ({supports(record)}).</p>"
    body = f"{statement}{found}{note}{_beside(record)}{fold}"
    title, colour = escape(title_of(record)), CALLOUTS[record["verdict"]]
    if folded:
        line = f'<summary class="admonition-title">{title}</summary>'
        return f'<details id="{place(record)}" class="{colour} rlvr-claim {FOLDED}">{line}{body}</details>'
    title = f'<p class="admonition-title">{title}</p>'
    return f'<div id="{place(record)}" class="admonition {colour} rlvr-claim">{title}{body}</div>'


def _beside(record: Mapping) -> str:
    """The rows that are no verdicts: badges in a row, which open to the numbers."""
    badges, items = [], []
    for row in record["neighbours"]:
        (said, colour), where = look(row), escape(row["cell"] or row["text"])
        badge = f'<span class="rlvr-badge {colour}">{said}</span>'
        badges.append(f"{escape(row['cell'] or row['text'].partition(':')[0])}: {badge}")
        found = escape(numbers({**row, "unit": record["unit"]}))
        items.append(f"<li>{badge} {where}: {found}. {escape(row['note'])}</li>")
    return (
        f'<details class="rlvr-neighbours"><summary>Beside the verdict: {"; ".join(badges)}</summary>'
        f"<ul>{''.join(items)}</ul></details>"
        if items
        else ""
    )
