"""Search with backtracking in a small tree that is written out as a table of pointers.

    abc bde cfg d.. e.. f.. g.. a>g      each node with its two children or dots; then start>goal
    <b<d                                 a walk from the start: left to b, left to d; the line ends: try again
    >c>g!                                right to c, right to g, and the claim that this is the goal; `?` gives up

The corpus walks at random, retries rarely and sometimes mis-copies a node. Nothing is computed: the role "compute"
does not occur.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from random import Random
from typing import ClassVar, NamedTuple

from rlvr_direction.lab.tasks.types import check_probabilities, in_split
from rlvr_direction.problems import Problem

__all__ = ["PointerTree"]

TEST_SHARE = 0.4
LABELS = "abcdefg"  # a root, its two children and four leaves
DIRECTIONS = "<>"
DEPTH = 2
WALK = rf"(?:[{DIRECTIONS}][{LABELS}]){{{DEPTH}}}+"


class Tree(NamedTuple):
    """The children of each inner node, the start (the root) and the goal (a leaf)."""

    children: dict[str, str]
    start: str
    goal: str

    def look_up(self, node: str, direction: str) -> str:
        """The child in a direction; a leaf leads to itself."""
        return self.children[node][DIRECTIONS.index(direction)] if node in self.children else node


@dataclass(frozen=True)
class PointerTree:
    """All 20,160 tables of seven labels and a goal.

    The corpus retries after a failed walk with probability `retry` while fewer than `max_walks` are written, and
    writes a uniformly random label in place of a node with probability `slip`. Corpus accuracy: 0.296 with the
    defaults.
    """

    retry: float = 0.30
    slip: float = 0.05
    max_walks: int = 5

    name: ClassVar[str] = "pointer_tree"
    alphabet: ClassVar[str] = f"\n .!?{DIRECTIONS}{LABELS}"

    def __post_init__(self) -> None:
        check_probabilities(retry=self.retry, slip=self.slip)
        if self.max_walks < 1:
            raise ValueError(f"max_walks is {self.max_walks}; a response has at least 1 walk")

    @property
    def max_new_tokens(self) -> int:
        """Room for every walk with its end character, the end, and a few tokens more."""
        return self.max_walks * (2 * DEPTH + 1) + 4

    def problems(self, n: int, *, seed: int, split: str = "test") -> list[Problem]:
        """`n` different problems of a split; ValueError where the split has fewer."""
        pool = _pool(split)
        if n > len(pool):
            raise ValueError(f"{n} problems asked for; the {split} split has {len(pool)}: ask for no more")
        return Random(seed).sample(pool, n)

    def corpus(self, n: int, *, seed: int) -> list[tuple[Problem, str]]:
        """`n` pairs of a train problem and an imperfect response to it."""
        rng = Random(seed)
        problems = rng.choices(_pool("train"), k=n)
        return [(problem, self._solution(_tree(problem), rng)) for problem in problems]

    def reward(self, problem: Problem, response: str) -> float:
        """Return 1.0 if the last of at most `max_walks` walks is right and claimed with `!`, else 0.0.

        The walks before it are directions and labels, right or not.
        """
        match = re.fullmatch(rf"(?:{WALK}\n){{0,{self.max_walks - 1}}}+({WALK})!", response)
        return float(match is not None and match[1] == problem.answer)

    def roles(self, problem: Problem, response: str) -> list[str]:
        """One of `ROLES` per character; from the first walk outside the grammar on, all are "format".

        "decide": directions and the end of a walk. "copy": nodes. "first_error": the first node that is not the child
        of the node written before it, claim of a node that is not the goal, or goal that is not claimed.
        """
        steps = list(_steps(_tree(problem), response, self.max_walks))
        first = next((i for i, (_, right) in enumerate(steps) if not right), None)
        roles = ["first_error" if i == first else role for i, (role, _) in enumerate(steps)]
        return roles + ["format"] * (len(response) - len(roles))

    def _solution(self, tree: Tree, rng: Random) -> str:
        written = ""
        for walks_left in reversed(range(self.max_walks)):
            walk = self._walk(tree, rng)
            if walk[-1] == tree.goal:
                return f"{written}{walk}!"
            if not walks_left or rng.random() >= self.retry:
                return f"{written}{walk}?"
            written += f"{walk}\n"
        raise AssertionError("the last walk has returned")

    def _walk(self, tree: Tree, rng: Random) -> str:
        node, written = tree.start, ""
        for _ in range(DEPTH):
            direction = rng.choice(DIRECTIONS)
            node = tree.look_up(node, direction)
            if rng.random() < self.slip:
                node = rng.choice(LABELS)
            written += direction + node
        return written


@cache
def _pool(split: str) -> tuple[Problem, ...]:
    """Every problem of a split, in a fixed order."""
    problems = (_problem(labels, goal) for labels in permutations(LABELS) for goal in range(2**DEPTH))
    return tuple(problem for problem in problems if in_split(problem.prompt, split, test_share=TEST_SHARE))


def _problem(labels: tuple[str, ...], goal: int) -> Problem:
    """The table of labels in breadth-first order, with the leaf of this number as the goal."""
    inner = 2**DEPTH - 1
    rows = [labels[i] + ("".join(labels[2 * i + 1 : 2 * i + 3]) if i < inner else "..") for i in range(len(labels))]
    prompt = f"{' '.join(rows)} {labels[0]}>{labels[inner + goal]}\n"
    first, second = divmod(goal, 2)
    return Problem(prompt, f"{DIRECTIONS[first]}{labels[1 + first]}{DIRECTIONS[second]}{labels[inner + goal]}")


def _tree(problem: Problem) -> Tree:
    *rows, ends = problem.prompt.split()
    return Tree({row[0]: row[1:] for row in rows if row[1] != "."}, start=ends[0], goal=ends[2])


def _steps(tree: Tree, response: str, max_walks: int) -> Iterator[tuple[str, bool]]:
    """The role of each character, and whether it is right, as far as the response is a chain of walks."""
    walk, end = re.compile(rf"({WALK})([\n!?])"), 0
    for _ in range(max_walks):
        if not (match := walk.match(response, end)):
            return
        node = tree.start
        for direction, written in zip(match[1][::2], match[1][1::2], strict=True):
            yield from (("decide", True), ("copy", written == tree.look_up(node, direction)))
            node = written
        yield "decide", (match[2] == "!") == (node == tree.goal)
        if match[2] != "\n":
            return
        end = match.end()
