"""Sentences of the worded task's responses: how they are read, what each should say, and the roles of its words."""

import operator
import re
from collections.abc import Iterator
from typing import NamedTuple

from rlvr_direction.lab.tasks.wording import NAMES, OPENERS, THINGS
from rlvr_direction.problems import Problem

__all__ = ["LARGEST", "MODES", "OPERATIONS", "Item", "Line", "allowed", "items", "kept", "line_of"]
__all__ += ["openers_of", "reduced", "roles_of"]

LARGEST = 99  # values are kept in 0..99
OPERATIONS = {"plus": operator.add, "minus": operator.sub, "times": operator.mul}
MODES = {"one": 1, "two": 2}

# Possessive quantifiers: nothing is ever tried twice, so matching is linear in the text.
NUMBER = r"(?:[1-9][0-9]|[0-9])"
LINE = rf"{NUMBER}(?: (?:{'|'.join(OPERATIONS)}) {NUMBER})*+"
PHRASE = r"[a-z]++(?: [a-z]++)*+"
ITEM = re.compile(
    rf"(?P<phrase>{PHRASE}) , (?P<mode>{'|'.join(MODES)}) : (?P<step>{LINE}) \. |undo : (?P<undo>{LINE}) \. "
    rf"|(?P<check>check : right) \. |answer (?P<answer>{NUMBER})\b"
)

Line = tuple[str, ...]


class Item(NamedTuple):
    """One sentence of a response: what it is, its words in groups, and the line that it writes."""

    kind: str
    phrase: str
    mode: str
    line: Line


def kept(value: int) -> str:
    """A value as a word, clipped to 0..99."""
    return str(max(0, min(LARGEST, value)))


def reduced(line: Line, operations: int) -> Line:
    """The line with its first operations done."""
    for _ in range(operations):
        left, name, right, *rest = line
        line = (kept(OPERATIONS[name](int(left), int(right))), *rest)
    return line


def line_of(problem: Problem) -> Line:
    """The line of a prompt."""
    return tuple(re.search(LINE, problem.prompt)[0].split())


def openers_of(problem: Problem) -> tuple[str, ...]:
    """The phrases that may open a step, with the problem's own name and thing."""
    words = problem.prompt.split()
    name, thing = next(w for w in words if w in NAMES), next(w for w in words if w in THINGS)
    return tuple(opener.format(name=name, thing=thing) for opener in OPENERS)


def items(problem: Problem, response: str) -> Iterator[tuple[Item, int]]:
    """The sentences of a response and where each ends, as far as it keeps to the grammar."""
    openers, end = openers_of(problem), 0
    while match := ITEM.match(response, end):
        kind, end = match.lastgroup, match.end()
        if kind == "step" and match["phrase"] not in openers:
            return
        line = () if kind == "check" else tuple(match[kind].split())
        yield Item(kind, match["phrase"] or "", match["mode"] or "", line), end


def allowed(item: Item, lines: list[Line], before: str) -> bool:
    """Whether a step, an undo or a check may stand here; `lines`, the lines that stand, then gains or loses one."""
    if item.kind == "check":
        return before == "step"
    if item.kind == "undo":
        lines.pop()
        return bool(lines) and item.line == lines[-1]
    lines.append(item.line)
    return len(lines[-2]) - len(item.line) == 2 * MODES[item.mode]


def roles_of(item: Item, lines: list[Line], *, erred: bool) -> list[str]:
    """One role per word of an item after the lines that stand; words that differ are the first error, if none was."""
    if item.kind == "check":
        return ["decide", "format", "format", "format"]
    wanted = _wanted(item, lines)
    own = ["compute" if item.kind == "step" else "copy", *["copy"] * (len(item.line) - 1)]
    if len(wanted) != len(item.line):
        roles = ["format" if erred else "first_error"] * len(item.line)
    else:
        roles = [role if erred or a == b else "first_error" for role, a, b in zip(own, item.line, wanted, strict=True)]
    if item.kind == "answer":
        return ["format", *roles]
    opening = [*["wording"] * len(item.phrase.split()), "format"] if item.kind == "step" else []
    return [*opening, "decide", "format", *roles, "format"]


def _wanted(item: Item, lines: list[Line]) -> Line:
    """The line that an item should write; empty where it should not be there."""
    if item.kind == "step":
        operations = MODES[item.mode]
        return reduced(lines[-1], operations) if len(lines[-1]) > 2 * operations else ()
    if item.kind == "undo":
        return lines[-2] if len(lines) > 1 else ()
    return lines[-1]
