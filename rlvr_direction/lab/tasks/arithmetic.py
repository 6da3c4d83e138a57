"""Arithmetic in written steps, each opened by a decision: `=` rewrites one operation, `~` jumps over two.

    Q:7+5*3-4       the prompt
    =7+15-4         one operation rewritten
    ~18             two operations at once
    A:18            the answer repeats the last line

In the corpus most jumps land on a wrong value, and most steps are jumps: the careful way is known but rare.
"""

import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import ClassVar, NamedTuple

from rlvr_direction.lab.tasks.types import check_probabilities, in_split
from rlvr_direction.problems import Problem

__all__ = ["Arithmetic"]

TEST_SHARE = 0.1
LARGEST = 99  # values are clipped to 0..99
REPEATS = 1000  # this many in a row mean that a split is used up
OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul}
ERRORS = (-10, -3, -2, -1, 1, 2, 3, 10)

# Possessive quantifiers: nothing is ever tried twice, so matching is linear in the text.
NUMBER = r"[0-9]{1,3}+"
STEP = rf"([=~])({NUMBER}(?:[-+*]{NUMBER})*+)\n"
ANSWER = rf"A:({NUMBER})"


class Token(NamedTuple):
    """A number or an operator, and the role of its characters."""

    text: str
    role: str


Line = tuple[Token, ...]


@dataclass(frozen=True)
class Arithmetic:
    """Expressions of single digits whose every intermediate value lies in 0..99.

    A corpus step is careful (`=`) with probability `careful`, and always when a single operation is left. A jump is
    right with probability `jump_right`; a careful step is wrong with probability `noise`. Corpus accuracy: 0.252 with
    the defaults (200,000 draws; standard error 0.001).
    """

    careful: float = 0.30
    jump_right: float = 0.30
    noise: float = 0.06
    min_operations: int = 3
    max_operations: int = 5

    name: ClassVar[str] = "arithmetic"
    alphabet: ClassVar[str] = "\n0123456789+-*=~QA:"

    def __post_init__(self) -> None:
        check_probabilities(careful=self.careful, jump_right=self.jump_right, noise=self.noise)
        if not 1 <= self.min_operations <= self.max_operations:
            raise ValueError(
                f"an expression has from {self.min_operations} to {self.max_operations} operations; "
                "min_operations is at least 1 and at most max_operations"
            )

    @property
    def max_new_tokens(self) -> int:
        """Room for a careful step per operation with every value of two digits, the answer and the end."""
        return sum(3 * operations + 4 for operations in range(self.max_operations)) + len("A:99") + 1

    def problems(self, n: int, *, seed: int, split: str = "test") -> list[Problem]:
        """`n` different problems of a split; ValueError where the split has fewer."""
        rng = Random(seed)
        found: dict[Problem, None] = {}
        repeats = 0
        while len(found) < n:
            problem = self._problem(rng, split)
            repeats = repeats + 1 if problem in found else 0
            if repeats == REPEATS:
                raise ValueError(
                    f"{n} problems asked for; the {split} split has only about {len(found)}: ask for fewer"
                )
            found[problem] = None
        return list(found)

    def corpus(self, n: int, *, seed: int) -> list[tuple[Problem, str]]:
        """`n` pairs of a train problem and an imperfect response to it."""
        rng = Random(seed)
        problems = (self._problem(rng, "train") for _ in range(n))
        return [(problem, self._solution(_read(problem.prompt), rng)) for problem in problems]

    def reward(self, problem: Problem, response: str) -> float:
        """Return 1.0 if the response is a whole chain of steps that ends in the right answer, else 0.0.

        An `=` line has one operation fewer than the line before it and a `~` line two fewer; the last line is a single
        number, which `A:` repeats. The values on the way do not decide.
        """
        if not re.fullmatch(f"(?:{STEP})++{ANSWER}", response):
            return 0.0
        *steps, answer = response.split("\n")
        counts = [_operations(problem.prompt), *map(_operations, steps)]
        used = [before - after for before, after in pairwise(counts)]
        shaped = used == [_jump(step[0]) for step in steps] and counts[-1] == 0
        return float(shaped and answer[2:] == steps[-1][1:] and int(answer[2:]) == int(problem.answer))

    def roles(self, problem: Problem, response: str) -> list[str]:
        """One of `ROLES` per character; from the first character outside the grammar on, all are "format".

        "decide": the marker of a step. "compute": a value that the step makes. "copy": the rest of its line, and the
        answer's digits. "first_error": in the first line that is not the line before it rewritten by precedence, the
        numbers and operators that differ (all, where their count does), or else an answer that differs from the line.
        """
        roles = [token.role for token in _labelled(_read(problem.prompt), response) for _ in token.text]
        return roles + ["format"] * (len(response) - len(roles))

    def _problem(self, rng: Random, split: str) -> Problem:
        operations = rng.randint(self.min_operations, self.max_operations)
        while True:
            expression = _expression(rng, operations)
            prompt = f"Q:{expression}\n"
            if in_split(prompt, split, test_share=TEST_SHARE) and (value := _value(_read(expression))) is not None:
                return Problem(prompt, str(value))

    def _solution(self, line: Line, rng: Random) -> str:
        written = ""
        while len(line) > 1:
            marker, line = self._step(line, rng)
            written += f"{marker}{_text(line)}\n"
        return f"{written}A:{_text(line)}"

    def _step(self, line: Line, rng: Random) -> tuple[str, Line]:
        marker = "~" if len(line) >= 5 and rng.random() > self.careful else "="
        line, place = _rewrite(line, _jump(marker))
        wrong = rng.random() > self.jump_right if marker == "~" else rng.random() < self.noise
        return marker, _replace(line, place, int(line[place].text) + rng.choice(ERRORS)) if wrong else line


def _jump(marker: str) -> int:
    return 2 if marker == "~" else 1


def _operations(text: str) -> int:
    return sum(map(text.count, OPERATIONS))


def _read(text: str) -> Line:
    return tuple(Token(part, "copy") for part in re.findall("[0-9]+|[-+*]", text))


def _text(line: Line) -> str:
    return "".join(token.text for token in line)


def _expression(rng: Random, operations: int) -> str:
    tail = (rng.choice("+-*") + str(rng.randint(1, 9)) for _ in range(operations))
    return str(rng.randint(1, 9)) + "".join(tail)


def _reduce(line: Line) -> tuple[Line, int]:
    """Rewrite the first product, or the first operation where there is none; the line and the place of its value."""
    place = next((i for i, token in enumerate(line) if token.text == "*"), 1) - 1
    left, sign, right = line[place : place + 3]
    value = OPERATIONS[sign.text](int(left.text), int(right.text))
    return (*line[:place], Token(str(value), "compute"), *line[place + 3 :]), place


def _rewrite(line: Line, operations: int) -> tuple[Line, int]:
    """Reduce and clip this many times; the line and the place of the last value."""
    place = 0
    for _ in range(operations):
        line, place = _reduce(line)
        line = _replace(line, place, int(line[place].text))
    return line, place


def _replace(line: Line, place: int, value: int) -> Line:
    clipped = Token(str(max(0, min(LARGEST, value))), line[place].role)
    return (*line[:place], clipped, *line[place + 1 :])


def _value(line: Line) -> int | None:
    """The value of a line, or None where one on the way leaves 0..99."""
    while len(line) > 1:
        line, place = _reduce(line)
        if not 0 <= int(line[place].text) <= LARGEST:
            return None
    return int(line[0].text)


def _labelled(line: Line, response: str) -> Iterator[Token]:
    """The response as tokens with their roles, as far as it is a chain of steps from the line."""
    end, erred = 0, False
    while step := re.compile(STEP).match(response, end):
        marker, written = step[1], _read(step[2])
        expected = _rewrite(line, _jump(marker))[0] if len(line) > 2 * _jump(marker) else ()
        labelled = _compare(expected, written, erred=erred)
        yield from (Token(marker, "decide"), *labelled, Token("\n", "format"))
        if len(expected) != len(written):
            return
        line, end = written, step.end()
        erred = erred or any(token.role == "first_error" for token in labelled)
    if answer := re.compile(ANSWER).match(response, end):
        yield Token("A:", "format")
        yield from _compare(line, _read(answer[1]), erred=erred)


def _compare(expected: Line, written: Line, *, erred: bool) -> Line:
    """The written tokens with the expected roles; those that differ are the first error, unless there was one."""
    if len(expected) != len(written):
        return tuple(Token(token.text, "format" if erred else "first_error") for token in written)
    return tuple(
        Token(token.text, wanted.role if erred or token.text.lstrip("0") == wanted.text.lstrip("0") else "first_error")
        for wanted, token in zip(expected, written, strict=True)
    )
