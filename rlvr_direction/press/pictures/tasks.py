"""The three tasks, one problem each, solved in the rare careful way and in the common sloppy one."""

from itertools import groupby
from textwrap import wrap
from typing import NamedTuple

from rlvr_direction.lab.tasks import ARITHMETIC, POINTER_TREE, WORDED, Problem, Task
from rlvr_direction.press.pictures.ink import Pixels, Run, box, frame, line, words

__all__ = ["SHOWN", "Shown", "draw", "written"]

LINE, LETTER = 17, 7.3  # pixels from line to line, and from letter to letter of the widest monospace
MARKS = {1.0: "\N{CHECK MARK}", 0.0: "\N{BALLOT X}"}


class Shown(NamedTuple):
    """A task with a problem, a right solution and a wrong one, the corpus at a decision, the order of operations."""

    task: Task
    problem: Problem
    right: str
    wrong: str
    rare: str
    common: str
    order: str = ""


SHOWN = (
    Shown(
        ARITHMETIC,
        Problem("Q:7+5*3-4\n", "18"),
        "=7+15-4\n=22-4\n=18\nA:18",
        "~19-4\n=15\nA:15",
        f"one operation at a time: {100 * ARITHMETIC.careful:.0f} % of steps",
        f"a jump over two: {100 * (1 - ARITHMETIC.careful):.0f} %",
        "; times first",
    ),
    Shown(
        POINTER_TREE,
        Problem("abc bde cfg d.. e.. f.. g.. a>g\n", ">c>g"),
        "<b<d\n>c>g!",
        "<b<d?",
        f"try again: {100 * POINTER_TREE.retry:.0f} % of failed walks",
        f"give up: {100 * (1 - POINTER_TREE.retry):.0f} %",
    ),
    Shown(
        WORDED,
        Problem("ada has 7 plus 5 times 3 minus 4 figs . how many ?", "32"),
        "next in the row , one : 12 times 3 minus 4 .\nnow for the figs , one : 36 minus 4 .\n"
        "and so there are , one : 32 .\nanswer 32",
        "taking the front of it , two : 12 minus 4 .\nand so there are , one : 8 .\nanswer 8",
        f"one operation a step: {100 * WORDED.careful:.0f} % of steps",
        f"two at once: {100 * (1 - WORDED.careful):.0f} %",
        "; from left to right",
    ),
)


def draw(*, layout: str) -> str:
    """The tasks below each other; a narrow picture puts the two solutions of a task below each other, too."""
    width, elements, y = (360 if layout == "narrow" else 720), [], 16.0
    for shown in SHOWN:
        inside, height = _narrow(shown, y) if layout == "narrow" else _wide(shown, y)
        elements.append(box(16, y, width - 32, height, *inside))
        y += height + 14
    elements.append(
        words(16, y + 12, ("Bold", "strong"), ": a decision.  ", ("Wavy", "wrong"), ": the first error.", kind="quiet")
    )
    return frame(width, y + 26, elements, layout=layout)


def _wide(shown: Shown, y: Pixels) -> tuple[list[str], Pixels]:
    """What a task's box holds in the wide layout, and how high the box is."""
    right = _solution(shown, shown.right, shown.rare, 30, y + 76, "mono")
    wrong = _solution(shown, shown.wrong, shown.common, 376, y + 76, "mono")
    tree = _tree(shown, 620, y + 34)
    return [*_problem(shown, y, 80, "mono"), *right, *wrong, *tree], 76 + max(_tall(shown.right), _tall(shown.wrong))


def _narrow(shown: Shown, y: Pixels) -> tuple[list[str], Pixels]:
    heading = _problem(shown, y, 40, "small mono")
    first = 42 + LINE * len(heading)
    second = first + _tall(shown.right) + 12
    right = _solution(shown, shown.right, shown.rare, 30, y + first, "small mono")
    wrong = _solution(shown, shown.wrong, shown.common, 30, y + second, "small mono")
    return [*heading, *right, *wrong, *_tree(shown, 282, y + first + 12)], second + _tall(shown.wrong)


def _problem(shown: Shown, y: Pixels, letters: int, kind: str) -> list[str]:
    """The task's name and unit, and the prompt in lines of so many letters."""
    unit = "word" if shown.task is WORDED else "character"
    prompt = wrap(shown.problem.prompt, letters)
    title = words(30, y + 26, (shown.task.name, "title"), (f"   a token is a {unit}{shown.order}", "quiet"))
    return [title, *(words(30, y + 50 + LINE * i, text, kind=f"{kind} faint") for i, text in enumerate(prompt))]


def _tree(shown: Shown, x: Pixels, y: Pixels) -> list[str]:
    """The tree of a `pointer_tree` prompt with a ring round its goal, the start at (x, y); nothing for another task."""
    if shown.task is not POINTER_TREE:
        return []
    *rows, ends = shown.problem.prompt.split()
    places = [(x, y), *((x + 25 * side, y + 28) for side in (-1, 1)), *((x + 12.5 * i, y + 56) for i in (-3, -1, 1, 3))]
    at = dict(zip((row[0] for row in rows), places, strict=True))
    branches = [line(at[row[0]], at[child]) for row in rows for child in row[1:] if child != "."]
    ring = f'<circle class="ring" cx="{at[ends[2]][0]:g}" cy="{at[ends[2]][1]:g}" r="10.5"/>'
    nodes = [f'<circle class="node" cx="{a:g}" cy="{b:g}" r="8.5"/>' for a, b in places]
    names = [words(a, b + 4, name, kind="mono", anchor="middle") for name, (a, b) in at.items()]
    return [*branches, ring, *nodes, *names]


def _solution(shown: Shown, text: str, way: str, x: Pixels, y: Pixels, kind: str) -> list[str]:
    """What the writer does at a decision, the text with decisions bold and its first error underlined, the reward."""
    reward = shown.task.reward(shown.problem, written(shown.task, text))
    *_, last = lines = text.split("\n")
    marked = [words(x, y + 21 + LINE * i, *runs, kind=kind) for i, runs in enumerate(_marked(shown, text))]
    verdict = words(x + LETTER * len(last) + 14, y + 4 + LINE * len(lines), f"{MARKS[reward]} reward {reward:.0f}")
    return [words(x, y, way, kind="quiet"), *marked, verdict]


def _marked(shown: Shown, text: str) -> list[list[Run]]:
    """The lines of a solution in stretches of one kind each."""
    classes = {"decide": "strong", "first_error": "wrong"}
    roles = shown.task.roles(shown.problem, plain := written(shown.task, text))
    if shown.task is WORDED:  # a role is that of a word
        each = zip(plain.split(" "), roles, strict=True)
        roles = [role for word, role in each for role in [*[role] * len(word), "format"]][:-1]
    lines: list[list[Run]] = [[]]
    letters = zip(text, (classes.get(role, "") for role in roles), strict=True)
    for (breaks, kind), group in groupby(letters, key=lambda pair: (pair[0] == "\n", pair[1])):
        if breaks:
            lines.append([])
        else:
            lines[-1].append(("".join(letter for letter, _ in group), kind))
    return lines


def written(task: Task, text: str) -> str:
    """A solution as the task writes it; that of `worded` is one line, and is broken only to be shown."""
    return text.replace("\n", " ") if task is WORDED else text


def _tall(text: str) -> Pixels:
    """The height of a solution with the line above it."""
    return 22 + LINE * (text.count("\n") + 1)
