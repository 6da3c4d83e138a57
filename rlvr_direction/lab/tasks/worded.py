"""Arithmetic in words: operations from left to right, steps that open with one of thirty phrases, and undoing.

    maya has 7 plus 5 times 3 minus 4 marbles . how many ?             the prompt
    now for the marbles , one : 12 times 3 minus 4 .                    one operation done
    so we are left with , two : 30 .                                    two operations at once, and wrong
    undo : 12 times 3 minus 4 .                                         back to the line before
    step by step for maya , one : 36 minus 4 .
    check : right .                                                     changes nothing
    and so there are , one : 32 .
    answer 32

A token is a word. In the corpus most steps take two operations at once, and most of those are wrong: the careful way is
known but rare, and so is taking a wrong step back.
"""

import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar, NamedTuple

from rlvr_direction.lab.tasks.types import check_probabilities, in_split
from rlvr_direction.lab.tasks.wording import LEADS, NAMES, OPENERS, TAILS, THINGS, VOCABULARY
from rlvr_direction.problems import Problem

__all__ = ["Worded"]

TEST_SHARE = 0.1
LARGEST = 99  # values are kept in 0..99
OPERATIONS = {"plus": operator.add, "minus": operator.sub, "times": operator.mul}
MODES = {"one": 1, "two": 2}
ERRORS = (-10, -3, -2, -1, 1, 2, 3, 10)

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


@dataclass(frozen=True)
class Worded:
    """Three to twelve operations on 0 to 99, done from left to right.

    A corpus step is careful ("one") with probability `careful`, and always when a single operation is left; it is wrong
    with probability `noise`. A step of "two" is right with probability `jump_right` and leaves its second operation out
    with probability `jump_forgets`. A wrong step is undone with probability `repair`, a right one with probability
    `doubt`; `check` is the chance of a check after a right step that stands.
    """

    careful: float = 0.25
    jump_right: float = 0.30
    jump_forgets: float = 0.33
    noise: float = 0.02
    repair: float = 0.15
    doubt: float = 0.01
    check: float = 0.10
    min_operations: int = 3
    max_operations: int = 12
    max_new_tokens: int = 300

    name: ClassVar[str] = "worded"
    alphabet: ClassVar[tuple[str, ...]] = VOCABULARY

    def __post_init__(self) -> None:
        check_probabilities(
            careful=self.careful,
            jump_right=self.jump_right,
            jump_forgets=self.jump_forgets,
            noise=self.noise,
            repair=self.repair,
            doubt=self.doubt,
            check=self.check,
        )
        if not 1 <= self.min_operations <= self.max_operations:
            raise ValueError(
                f"a problem has from {self.min_operations} to {self.max_operations} operations; "
                "min_operations is at least 1 and at most max_operations"
            )

    def problems(self, n: int, *, seed: int, split: str = "test") -> list[Problem]:
        """`n` different problems of a split."""
        rng = Random(seed)
        found: dict[Problem, None] = {}
        while len(found) < n:
            found[self._problem(rng, split)] = None
        return list(found)

    def corpus(self, n: int, *, seed: int) -> list[tuple[Problem, str]]:
        """`n` pairs of a train problem and an imperfect response to it."""
        rng = Random(seed)
        problems = (self._problem(rng, "train") for _ in range(n))
        return [(problem, self._solution(problem, rng)) for problem in problems]

    def reward(self, problem: Problem, response: str) -> float:
        """Return 1.0 if the response is a whole chain of items that ends in the right answer, else 0.0.

        A step has as many operations fewer than the line before it as it says; `undo` goes back to the line before the
        last step, which it repeats; a check follows a step. The last line is a single number, which `answer` repeats.
        Which phrase opens a step does not matter, nor do the values on the way.
        """
        lines, before, end = [_line(problem)], "", 0
        for item, end in _items(problem, response):
            if item.kind == "answer":
                done = end == len(response) and item.line == lines[-1]
                return float(done and int(item.line[0]) == int(problem.answer))
            if not _allowed(item, lines, before):
                return 0.0
            before = item.kind
        return 0.0

    def roles(self, problem: Problem, response: str) -> list[str]:
        """One of `ROLES` per word; from the first sentence outside the grammar on, all are "format".

        "wording": the phrase that opens a step. "decide": how many operations a step does, a check, an undo. "compute":
        the value that a step makes. "copy": the rest of a line, and the answer. "first_error": in the first step that
        is not the line before it with its first operations done, or the first undo, or answer, that repeats another
        line, the words that differ.
        """
        lines, roles, before = [_line(problem)], [], ""
        for item, _ in _items(problem, response):
            erred = "first_error" in roles
            expected = _expected(item, lines)
            roles += _roles_of(item, expected, erred=erred)
            if item.kind == "answer" or not _allowed(item, lines, before):
                break
            before = item.kind
        return roles + ["format"] * (len(response.split()) - len(roles))

    def _problem(self, rng: Random, split: str) -> Problem:
        while True:
            line, value = _chain(rng, rng.randint(self.min_operations, self.max_operations))
            lead = rng.choice(LEADS).format(name=rng.choice(NAMES))
            tail = rng.choice(TAILS).format(thing=rng.choice(THINGS))
            prompt = f"{lead} {' '.join(line)} {tail}"
            if in_split(prompt, split, test_share=TEST_SHARE):
                return Problem(prompt, str(value))

    def _solution(self, problem: Problem, rng: Random) -> str:
        """A response that fits into the limit on its length."""
        while len((written := self._attempt(problem, rng)).split()) >= self.max_new_tokens:
            continue
        return written

    def _attempt(self, problem: Problem, rng: Random) -> str:
        openers, lines, written = _openers(problem), [_line(problem)], []
        while len(lines[-1]) > 1:
            mode = "two" if len(lines[-1]) > 3 and rng.random() > self.careful else "one"
            line, right = self._step(lines[-1], mode, rng)
            written.append(f"{rng.choice(openers)} , {mode} : {' '.join(line)} .")
            if rng.random() < (self.doubt if right else self.repair):
                written.append(f"undo : {' '.join(lines[-1])} .")
                continue
            if right and rng.random() < self.check:
                written.append("check : right .")
            lines.append(line)
        return " ".join([*written, f"answer {lines[-1][0]}"])

    def _step(self, line: Line, mode: str, rng: Random) -> tuple[Line, bool]:
        """The line after a step, and whether it is right."""
        right, chance = _reduced(line, MODES[mode]), rng.random()
        if chance < (1 - self.noise if mode == "one" else self.jump_right):
            return right, True
        forgets = mode == "two" and chance < self.jump_right + self.jump_forgets
        value = _reduced(line, 1)[0] if forgets else _kept(int(right[0]) + rng.choice(ERRORS))
        return (value, *right[1:]), value == right[0]


def _chain(rng: Random, operations: int) -> tuple[Line, int]:
    """A line whose every value on the way lies in 0..99, and its value."""
    value = rng.randint(1, LARGEST)
    line = [str(value)]
    while len(line) < 2 * operations + 1:
        name = rng.choices(list(OPERATIONS), (4, 4, 2))[0]
        number = rng.randint(2 if name == "times" else 1, 9)
        after = OPERATIONS[name](value, number)
        if 0 < after <= LARGEST:
            value = after
            line += [name, str(number)]
    return tuple(line), value


def _kept(value: int) -> str:
    return str(max(0, min(LARGEST, value)))


def _reduced(line: Line, operations: int) -> Line:
    """The line with its first operations done."""
    for _ in range(operations):
        left, name, right, *rest = line
        line = (_kept(OPERATIONS[name](int(left), int(right))), *rest)
    return line


def _line(problem: Problem) -> Line:
    """The line of a prompt."""
    return tuple(re.search(LINE, problem.prompt)[0].split())


def _openers(problem: Problem) -> tuple[str, ...]:
    words = problem.prompt.split()
    name, thing = next(w for w in words if w in NAMES), next(w for w in words if w in THINGS)
    return tuple(opener.format(name=name, thing=thing) for opener in OPENERS)


def _items(problem: Problem, response: str) -> Iterator[tuple[Item, int]]:
    """The sentences of a response and where each ends, as far as it keeps to the grammar."""
    openers, end = _openers(problem), 0
    while match := ITEM.match(response, end):
        kind, end = match.lastgroup, match.end()
        if kind == "step" and match["phrase"] not in openers:
            return
        line = () if kind == "check" else tuple(match[kind].split())
        yield Item(kind, match["phrase"] or "", match["mode"] or "", line), end


def _allowed(item: Item, lines: list[Line], before: str) -> bool:
    """Whether a step, an undo or a check may stand here; `lines`, the lines that stand, then gains or loses one."""
    if item.kind == "check":
        return before == "step"
    if item.kind == "undo":
        lines.pop()
        return bool(lines) and item.line == lines[-1]
    lines.append(item.line)
    return len(lines[-2]) - len(item.line) == 2 * MODES[item.mode]


def _expected(item: Item, lines: list[Line]) -> Line:
    """The line that an item should write; empty where it should not be there."""
    if item.kind == "step":
        operations = MODES[item.mode]
        return _reduced(lines[-1], operations) if len(lines[-1]) > 2 * operations else ()
    if item.kind == "undo":
        return lines[-2] if len(lines) > 1 else ()
    return lines[-1]


def _roles_of(item: Item, expected: Line, *, erred: bool) -> list[str]:
    if item.kind == "check":
        return ["decide", "format", "format", "format"]
    first = "compute" if item.kind == "step" else "copy"
    right = [a == b for a, b in zip(item.line, expected, strict=True)] if len(item.line) == len(expected) else ()
    roles = [first, *["copy"] * (len(item.line) - 1)] if right else ["format"] * len(item.line)
    if not erred:
        fine = right or [False] * len(item.line)
        roles = [role if ok else "first_error" for role, ok in zip(roles, fine, strict=True)]
    if item.kind == "answer":
        return ["format", *roles]
    opening = [*["wording"] * len(item.phrase.split()), "format"] if item.kind == "step" else []
    return [*opening, "decide", "format", *roles, "format"]
