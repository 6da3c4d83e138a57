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

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from rlvr_direction.lab.tasks.sentences import (
    LARGEST,
    MODES,
    OPERATIONS,
    Line,
    allowed,
    items,
    kept,
    line_of,
    openers_of,
    reduced,
    roles_of,
)
from rlvr_direction.lab.tasks.types import check_probabilities, in_split
from rlvr_direction.lab.tasks.wording import LEADS, NAMES, TAILS, THINGS, VOCABULARY
from rlvr_direction.problems import Problem

__all__ = ["Worded"]

TEST_SHARE = 0.1
ERRORS = (-10, -3, -2, -1, 1, 2, 3, 10)


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
        lines, before, end = [line_of(problem)], "", 0
        for item, end in items(problem, response):
            if item.kind == "answer":
                done = end == len(response) and item.line == lines[-1]
                return float(done and int(item.line[0]) == int(problem.answer))
            if not allowed(item, lines, before):
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
        lines, roles, before = [line_of(problem)], [], ""
        for item, _ in items(problem, response):
            roles += roles_of(item, lines, erred="first_error" in roles)
            if item.kind == "answer" or not allowed(item, lines, before):
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
        openers, lines, written = openers_of(problem), [line_of(problem)], []
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
        right, chance = reduced(line, MODES[mode]), rng.random()
        if chance < (1 - self.noise if mode == "one" else self.jump_right):
            return right, True
        forgets = mode == "two" and chance < self.jump_right + self.jump_forgets
        value = reduced(line, 1)[0] if forgets else kept(int(right[0]) + rng.choice(ERRORS))
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
