"""A tree of choices: tokens and their chances on the branches, expected rewards in the boxes, rewards at the ends."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from rlvr_direction.press.pictures.ink import Pixels, bar, box, described, frame, line, words

__all__ = ["Choice", "describe", "draw", "grow", "shown", "worth"]

MODELS = ("base", "rl")
NAMES = {"base": "base", "rl": "RL"}
BOX, ROW, EDGE = 94, 88, 16  # pixels: a box's width, the height of an end's row, the margin
TALL, INDENT = 64, 24  # of the narrow layout: the height of a row, and the shift to the right behind a choice
DEEPEST = 3  # as many choices one after the other as a page has room for
# a notebook has no style sheet of the book, which hides one of the layouts
FITS = (
    "<style>:where(.drawn){max-width:100%;height:auto}.drawn.narrow{display:none}"
    "@media(max-width:600px){.drawn.wide{display:none}.drawn.narrow{display:block}}</style>"
)
LEGEND = ("On a branch: the chance of the token.", "In a box: expected reward when base or RL goes on.")


class Choice(NamedTuple):
    """A token that may come next, its probability under base and RL, and the choices behind it or its reward."""

    token: str
    base: float
    rl: float
    then: "tuple[Choice, ...] | float"
    note: str = ""


def grow(
    base: Sequence[Float[np.ndarray, "_ _"]],
    rl: Sequence[Float[np.ndarray, "_ _"]],
    reward: Float[np.ndarray, " leaves"],
    tokens: Sequence[str],
    notes: Sequence[str] = (),
) -> tuple[Choice, ...]:
    """The tree of two policies as `theory.expected_reward` takes them; `tokens` and `notes` go depth by depth."""
    count = sum(policy.size for policy in base)
    if len(tokens) != count or len(notes) not in (0, count):
        raise ValueError(f"{len(tokens)} tokens and {len(notes)} notes for {count} branches: give each its own")
    above: list = reward.tolist()
    end = count
    for b, r in zip(reversed(base), reversed(rl), strict=True):
        start = end - b.size
        said = notes[start:end] or [""] * b.size
        of_depth = zip(tokens[start:end], b.ravel().tolist(), r.ravel().tolist(), above, said, strict=True)
        flat, wide = [Choice(*parts) for parts in of_depth], b.shape[1]
        above, end = [tuple(flat[i : i + wide]) for i in range(0, len(flat), wide)], start
    return above[0]


def worth(then: tuple[Choice, ...] | float, model: str) -> float:
    """The reward to expect if one model, "base" or "rl", goes on alone."""
    if isinstance(then, float):
        return then
    return sum(getattr(choice, model) * worth(choice.then, model) for choice in then)


def describe(choices: tuple[Choice, ...]) -> str:
    """The tree in words, for those who do not see it."""
    said = [f"A tree of choices. At its root: {_leads(choices)}."]
    for choice, path in _paths(choices):
        where = f"After {' '.join(path)}, " if path else ""
        chance = f"base {choice.base:.2f}, RL {choice.rl:.2f}"
        said.append(f"{where}{choice.token} ({chance}): {'; '.join(filter(None, (_leads(choice.then), choice.note)))}.")
    return " ".join(said)


def shown(choices: tuple[Choice, ...]) -> str:
    """The tree as HTML for a cell: the layout that fits the page, with the tree in words as its description."""
    return FITS + described([draw(choices, layout=layout) for layout in ("wide", "narrow")], describe(choices))


def draw(choices: tuple[Choice, ...], *, layout: str) -> str:
    """The tree from left to right, or as an indented list where the layout is "narrow"."""
    _check(choices)
    return _narrow(choices) if layout == "narrow" else _wide(choices)


def _check(choices: tuple[Choice, ...], depth: int = 1) -> None:
    if depth > DEEPEST:
        raise ValueError(f"a tree of more than {DEEPEST} choices in a row has no room on a page: draw a part of it")
    for model in MODELS:
        if not np.isclose(total := sum(getattr(choice, model) for choice in choices), 1):
            tokens = ", ".join(choice.token for choice in choices)
            raise ValueError(f"the chances of {tokens} under {NAMES[model]} add up to {total:.3f}: give every choice")
    for choice in choices:
        if not isinstance(choice.then, float):
            _check(choice.then, depth + 1)


def _wide(choices: tuple[Choice, ...]) -> str:
    depth, height = max(len(path) for _, path in _paths(choices)) + 1, ROW * _ends(choices)
    reach = (720 - 2 * EDGE - BOX * (depth + 1)) / depth  # of a branch
    elements = _grown(choices, EDGE, EDGE, reach)
    legend = words(EDGE, EDGE + height + 26, "   ".join(LEGEND), kind="quiet")
    return frame(720, height + EDGE + 42, [*elements, legend], layout="wide")


def _grown(then: tuple[Choice, ...] | float, x: Pixels, top: Pixels, reach: Pixels) -> list[str]:
    """A box in the middle of the rows that it needs, and behind it its branches."""
    middle = top + ROW * _ends(then) / 2
    elements = [_box(then, x, middle)]
    for choice in () if isinstance(then, float) else then:
        across, bend, right = top + ROW * _ends(choice.then) / 2, x + BOX + 12, x + BOX + reach
        corners = dict.fromkeys([(x + BOX, middle), (bend, middle), (bend, across), (right, across)])
        elements.append(line(*corners))  # a branch straight ahead has one corner twice
        elements.append(words(bend + 8, across - 8, choice.token, kind="mono strong"))
        elements.append(words(bend + 8, across + 48, choice.note, kind="quiet"))
        elements += _bars(choice, bend + 8, across + 7, min(reach - 90, 110))
        elements += _grown(choice.then, right, top, reach)
        top += ROW * _ends(choice.then)
    return elements


def _narrow(choices: tuple[Choice, ...]) -> str:
    right = 360 - EDGE - BOX
    elements, y, trunks = [_box(choices, EDGE, EDGE + 22)], EDGE + 52, [(EDGE + 12, EDGE + 44)]
    for choice, path in _paths(choices):
        (x, start), middle = trunks[len(path)], y + 22
        elements += [
            line((x, start), (x, middle), (x + 14, middle)),
            words(x + 20, middle + 4, choice.token, kind="mono strong"),
            *_bars(choice, x + 63, middle - 13, 86 - INDENT * len(path)),
            _box(choice.then, right, middle),
            words(x + 63, middle + 29, choice.note, kind="quiet"),
        ]
        trunks[len(path) + 1 :] = [(x + INDENT, middle + 10)]
        y += TALL
    legend = [words(EDGE, y + 14 + 18 * i, text, kind="quiet") for i, text in enumerate(LEGEND)]
    return frame(360, y + 46, [*elements, *legend], layout="narrow")


def _bars(choice: Choice, x: Pixels, y: Pixels, longest: Pixels) -> list[str]:
    """The token's chance under each model, below each other."""
    rows = []
    for i, (model, chance) in enumerate(zip(MODELS, choice[1:3], strict=True)):
        at_y, length = y + 15 * i, longest * chance
        rows += [words(x, at_y + 9, NAMES[model], kind="quiet"), bar(x + 34, at_y, length, model)]
        rows.append(words(x + 39 + max(length, 1), at_y + 9, f"{chance:.2f}", kind="quiet"))
    return rows


def _box(then: tuple[Choice, ...] | float, x: Pixels, middle: Pixels) -> str:
    """A reward, or the reward to expect under each model, in a box whose left side is `x`."""
    centre = x + BOX / 2
    if isinstance(then, float):
        return box(x, middle - 14, BOX, 28, words(centre, middle + 4, f"reward {_number(then)}", anchor="middle"))
    lines = [words(centre, middle - 4 + 17 * i, *_said(then, model), anchor="middle") for i, model in enumerate(MODELS)]
    return box(x, middle - 22, BOX, 44, *lines)


def _said(then: tuple[Choice, ...], model: str) -> tuple[tuple[str, str], str]:
    return (f"{NAMES[model]} ", "quiet"), _number(worth(then, model), ".2f")


def _leads(then: tuple[Choice, ...] | float) -> str:
    """What a box says, in words."""
    if isinstance(then, float):
        return f"reward {_number(then)}"
    each = (f"{_number(worth(then, model), '.2f')} under {NAMES[model]}" for model in MODELS)
    return f"expected reward {' and '.join(each)}"


def _number(value: float, how: str = "g") -> str:
    return f"{value:{how}}".replace("-", "\N{MINUS SIGN}")


def _paths(choices: tuple[Choice, ...], path: tuple[str, ...] = ()) -> Iterator[tuple[Choice, tuple[str, ...]]]:
    """Every choice with the tokens before it, in the order of reading."""
    for choice in choices:
        yield choice, path
        if not isinstance(choice.then, float):
            yield from _paths(choice.then, (*path, choice.token))


def _ends(then: tuple[Choice, ...] | float) -> int:
    return 1 if isinstance(then, float) else sum(_ends(choice.then) for choice in then)
