"""The recorded verdicts, and their short table for the README."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.lab.claims.verdicts import verdicts_by_chance
from rlvr_direction.lab.claims.wording import task_in_words
from rlvr_direction.press.words import WORDS

__all__ = [
    "MARKS",
    "NOT_COUNTED",
    "asked",
    "between_marks",
    "by_chance",
    "deciding",
    "in_short",
    "in_unit",
    "markdown_table",
    "numbers",
]
__all__ += ["read_claims", "replaced_table", "supports", "table", "update", "write_claims"]

MARKS = ("<!-- ledger:start -->", "<!-- ledger:end -->")
REPLACED = ("Claim", "Task", "Verdict", "Estimate and interval", "Why it was judged again")
SIGNS = {"reproduced": "●", "inconclusive": "◐", "not reproduced": "○"}
POINTS = {  # units in which a hundredth reads best, and the words for it
    "accuracy difference": "points of accuracy",
    "mean accuracy difference": "points of mean accuracy",
    "oriented AUROC difference": "points of AUROC",
    "pass@16 difference": "points of pass@16",
    "Pass@k difference": "points of pass@k",
    "share of the gradient": "points of the gradient",
    "share of the oracle's gain": "points of an oracle's gain",
}
PLAIN = {"change of the expected reward": "of reward gained at every step of gamma, at the least"}  # other words
NOT_COUNTED = (  # what `in_short` leaves out, and what it counts that asks for less than the paper does
    "Not counted above are the paper's two formulas, harder questions than its own, and results that it does not "
    "have. One that is counted asks for less than the paper reports: C5b for no loss, where it has a gain."
)
DECIMALS = {"AUROC": 3, "RL steps per gamma and step": 2}  # units whose numbers all have as many
FACTORS = {"log ratio of shares of tokens": "times the tokens of its closest rival"}  # logarithms in a record


def write_claims(claims: Sequence[dict], path: Path) -> None:
    """Write the verdicts as JSON, one key per line, so that version control shows each change on its own line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(claims, indent=1, sort_keys=True) + "\n")


def read_claims(path: Path) -> list[dict]:
    """Read the recorded verdicts; none if the file does not exist yet."""
    return json.loads(path.read_text()) if path.exists() else []


def table(claims: Sequence[dict], *, chapters_at: str = "") -> str:
    """A Markdown table with a row per claim that the paper makes and a column per task; nothing without claims.

    Harder questions, results of our own and the units of the numbers are folded away below it.
    """
    if not claims:
        return ""
    tasks = list(dict.fromkeys(claim["task"] for claim in claims if claim["task"]))
    theirs, further = [], []
    for id, claim in CLAIMS.items():
        if of_claim := [row for row in claims if row["id"] == id]:
            link, said = (
                f"[{id}]({chapters_at}{claim.chapter}.ipynb)",
                WORDS[id].question if asked(id) else claim.statement,
            )
            (theirs if asked(id) else further).append([link, said, *_cells(of_claim, tasks)])
    columns = list(map(task_in_words, tasks))
    signs = ", ".join(f"{sign} {verdict}" for verdict, sign in SIGNS.items())
    waiting = [id for id in CLAIMS if id not in {claim["id"] for claim in claims}]
    return (
        markdown_table(["Claim", "Question", *columns], theirs)
        + f"\n{signs}, in the paper's regime; with the estimate and its 95 % interval.\n\n<details><summary>"
        + "Harder questions, results of our own, and the units of the numbers</summary>\n\n"
        + (markdown_table(["Claim", "Statement", *columns], further) + "\n" if further else "")
        + f"Units: {_units(claims)}."
        + (f" Registered, without a verdict yet: {', '.join(waiting)}." if waiting else "")
        + "\n\n</details>\n"
    )


def asked(id: str) -> bool:
    """Whether the paper itself makes this claim, by experiment or by proof."""
    return not CLAIMS[id].ours and bool(WORDS[id].paper) and WORDS[id].claimed


def replaced_table(replaced: Sequence[dict]) -> str:
    """What the first registration said, and why its claims were judged again."""
    rows = [[c["id"], c["task"] or "", c["verdict"], numbers(c), c["replaced"]] for c in replaced]
    return markdown_table(REPLACED, rows) if rows else ""


def numbers(verdict: Mapping) -> str:
    """The estimate with its interval in the unit that reads best: points, or a factor."""
    return f"{_estimate(verdict)} {_words(verdict)}"


def supports(record: Mapping) -> str:
    """What supports a claim, in the unit of its numbers: "above 0 supports it"."""
    bound = in_unit(record["bound"], record["unit"]) if record["bound"] or record["unit"] in FACTORS else "0"
    return f"{'below' if record['below'] else 'above'} {bound} supports it"


def in_unit(number: float, unit: str) -> str:
    """A number in the unit that reads best: hundredths in points, a log ratio as a factor."""
    if unit in POINTS:
        return f"{100 * number:+z.1f}"
    if unit in DECIMALS:
        return f"{number:z.{DECIMALS[unit]}f}"
    return f"{math.exp(number):.2f}" if unit in FACTORS else f"{number:.3g}"


def deciding(claims: Sequence[Mapping], id: str) -> list[str]:
    """The verdicts on a claim, one for each task; the rows beside them are none."""
    return [row["verdict"] for row in claims if row["id"] == id and row["deciding"]]


def in_short(claims: Sequence[dict]) -> str:
    """How many of the paper's claims about experiments hold on every task that judges them, on some and on none.

    Not counted are exact statements and questions that the paper does not ask.
    """
    counted = {row["id"] for row in claims if row["deciding"] and not row["deterministic"] and asked(row["id"])}
    found = {id: set(deciding(claims, id)) for id in sorted(counted)}
    whole = sum(verdicts == {"reproduced"} for verdicts in found.values())
    nowhere = sum("reproduced" not in verdicts for verdicts in found.values())
    return (
        f"Of {len(found)} claims of the paper about experiments, {whole} hold{'s' * (whole == 1)} on every task that "
        f"judges them, "
        f"{len(found) - whole - nowhere} on some, {nowhere} on none."
    )


def by_chance(claims: Sequence[dict]) -> str:
    """How many of the verdicts with an interval would read "reproduced" by chance.

    A claim that only rules out a loss, whose bound lies on its far side, is none of them: it holds without an effect.
    """
    n = sum(claim["deciding"] and not claim["deterministic"] and claim["bound"] >= 0 for claim in claims)
    return (
        f"If there were no effects, at most about {verdicts_by_chance(n):.1f} of {n} verdicts with an interval would "
        "read *reproduced* by luck. (C5b, which asks only that a loss be ruled out, is not counted: without an effect "
        "it would nearly always hold.) Where a rule asks for a gain that matters, one that is shown to be smaller "
        "than 1 point reads *not reproduced*, even if its interval lies above 0. Before that, RL seeds must agree: "
        "where fewer than four of five have the sign of the estimate, the verdict is *inconclusive*."
    )


def between_marks(text: str, content: str, marks: tuple[str, str] = MARKS) -> str:
    """The text with `content` between two marks, the ledger's. Raises ValueError where there are no two in order."""
    start, end = marks
    if any(text.count(mark) != 1 for mark in marks) or text.index(start) > text.index(end):
        raise ValueError(f"expected {start} and then {end}, each once; add them where the table belongs")
    before, rest = text.split(start)
    return f"{before}{start}\n{content}{end}{rest.split(end)[1]}"


def update(path: Path, content: str) -> None:
    """Rewrite what a file has between the marks."""
    path.write_text(between_marks(path.read_text(), content))


def markdown_table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """A Markdown table of these columns."""
    lines = [columns, ["---"] * len(columns), *cells]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


def _cells(verdicts: Sequence[dict], tasks: Sequence[str]) -> list[str]:
    """A claim's verdict on each task; one that has no task stands in the first column."""
    of = {verdict["task"] or tasks[0]: verdict for verdict in verdicts}
    return [_cell(of[task]) if task in of else "" for task in tasks]


def _cell(verdict: dict) -> str:
    look = "" if verdict["deciding"] else "a look: "
    exact = "" if verdict["task"] else " (on every task)"
    return f"{look}{SIGNS[verdict['verdict']]} {_estimate(verdict)}{exact}".replace(" ", "\u00a0")


def _estimate(verdict: Mapping) -> str:
    unit = verdict["unit"]
    value, *interval = (in_unit(verdict[key], unit) for key in ("value", "low", "high") if verdict[key] is not None)
    return f"{value} [{interval[0]}, {interval[1]}]" if interval else value


def _words(verdict: Mapping) -> str:
    return (POINTS | FACTORS | PLAIN).get(verdict["unit"], verdict["unit"])


def _units(claims: Sequence[Mapping]) -> str:
    """The units of the numbers, each with its claims."""
    of: dict[str, dict[str, None]] = {}
    for claim in claims:
        of.setdefault(_words(claim), {})[claim["id"]] = None
    return "; ".join(f"{unit} ({', '.join(ids)})" for unit, ids in of.items())
