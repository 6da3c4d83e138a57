"""The decoder on three tokens: the base proposes, a gate looks at both models, and where it fires RL draws instead."""

from collections.abc import Sequence

import torch

from rlvr_direction.distributions import PairLogprobs, Sampling, at, extrapolate, truncate
from rlvr_direction.interventions import Intervention, parse
from rlvr_direction.press.pictures.ink import Pixels, Run, arrow, badge, bar, box, frame, words

__all__ = ["draw"]

TOKENS = ("~", "+", "=")
RAW = PairLogprobs(torch.tensor([0.6, 0.3, 0.1]).log(), torch.tensor([0.2, 0.3, 0.5]).log())  # as in chapters 2 and 3
SAMPLING = Sampling(top_p=0.7)
THRESHOLD = -0.3
INTERVENTION = Intervention(parse(f"delta_logp<={THRESHOLD}"))
PROPOSED, DRAWN = 0, 2  # `~`, then `=`
WIDTH, HEIGHT = 208, 164  # of a step
STEPS = ("The base proposes", "The gate compares", "\u03c0\u1d67 draws another")  # pi_gamma
CUT = f"dashed: cut by top-p {SAMPLING.top_p:g}"


def draw(*, layout: str) -> str:
    """Three steps beside each other, or below each other where the layout is "narrow"."""
    return _narrow() if layout == "narrow" else _wide()


def _wide() -> str:
    lefts, top, below = (16, 256, 496), 16, 250
    across, kept, drawn, first = top + 76, 300, 600, 120
    elements = [
        *(step(left, top) for step, left in zip((_propose, _gate, _act), lefts, strict=True)),
        arrow((lefts[0] + WIDTH, across), (lefts[1], across)),
        arrow((lefts[1] + WIDTH, across), (lefts[2], across)),
        arrow((kept, top + HEIGHT), (kept, below)),
        words(kept + 10, 218, "else the proposal is kept"),
        arrow((drawn, top + HEIGHT), (drawn, below)),
        words(drawn + 10, 218, "it is replaced"),
        _written(lefts[1], below, lefts[2] + WIDTH - lefts[1], drawn),
        words(lefts[1] + 14, below + 27, "the text so far", kind="quiet"),
        arrow((lefts[1], below + 22), (first, below + 22), (first, top + HEIGHT)),
        words(first - 6, below + 42, "both models read on"),
        words(lefts[0], below + 74, *_luck(" is drawn beforehand: whatever the gate, the luck is the same.")),
    ]
    return frame(720, below + 90, elements, layout="wide")


def _narrow() -> str:
    left, gap, top = 72, 40, 16
    tops = [top + i * (HEIGHT + gap) for i in range(3)]
    below, centre, side = tops[2] + HEIGHT + gap, left + WIDTH / 2, left + WIDTH + 24
    elements = [
        *(step(left, y) for step, y in zip((_propose, _gate, _act), tops, strict=True)),
        *(arrow((centre, y + HEIGHT), (centre, y + HEIGHT + gap)) for y in tops),
        words(centre + 10, tops[2] - 16, "it fires"),
        words(centre + 10, below - 16, "replaced"),
        arrow((left + WIDTH, tops[1] + 76), (side, tops[1] + 76), (side, below)),
        *(words(side + 8, tops[2] + 72 + 16 * i, line) for i, line in enumerate(("else", "kept"))),
        _written(16, below, 328, centre),
        words(centre + 24, below + 27, "the text so far", kind="quiet"),
        arrow((44, below), (44, top + 76), (left, top + 76)),
        *(words(36, tops[1] + 72 + 16 * i, line, anchor="end") for i, line in enumerate(("both", "read", "it"))),
        words(16, below + 68, *_luck(" is drawn")),
        words(16, below + 86, "beforehand: whatever the gate, the luck is the same.", kind="quiet"),
    ]
    return frame(360, below + 100, elements, layout="narrow")


def _propose(x: Pixels, y: Pixels) -> str:
    return _step(0, x, y, _policy(x, y, RAW.base, "base"), [CUT, *_pick("proposal", PROPOSED)])


def _gate(x: Pixels, y: Pixels) -> str:
    base, rl = (at(policy, torch.tensor(PROPOSED)).item() for policy in RAW)
    if rl - base > THRESHOLD:
        raise ValueError(f"delta_logp is {rl - base:.2f}, above {THRESHOLD}: the picture shows a gate that fires")
    chances = torch.tensor([base, rl]).exp().tolist()
    rows = _bars(x, y, ("base", "RL"), chances, (True, True), ("base", "rl"))
    chip = words(x + WIDTH / 2, y + 105, f"delta_logp = {_signed(rl - base)}", kind="mono", anchor="middle")
    rows.append(box(x + 14, y + 89, WIDTH - 28, 24, chip, kind="less-likely"))
    return _step(1, x, y, rows, [f"at most {_signed(THRESHOLD)}: it fires", "raw policies, nothing cut"])


def _act(x: Pixels, y: Pixels) -> str:
    rows = _policy(x, y, extrapolate(RAW, INTERVENTION.gamma), "rl")
    return _step(2, x, y, rows, [f"here \u03b3 = {INTERVENTION.gamma:g}, RL itself", *_pick("alternative", DRAWN)])


def _step(number: int, x: Pixels, y: Pixels, rows: Sequence[str], below: Sequence[str]) -> str:
    heading = [badge(x + 22, y + 22, number + 1), words(x + 38, y + 27, STEPS[number], kind="title")]
    notes = [words(x + 14, y + 132 + 18 * i, note, kind="quiet") for i, note in enumerate(below)]
    return box(x, y, WIDTH, HEIGHT, *heading, *rows, *notes)


def _policy(x: Pixels, y: Pixels, logp: torch.Tensor, model: str) -> list[str]:
    kept = truncate(logp, SAMPLING).exp() > 0
    return _bars(x, y, TOKENS, logp.exp().tolist(), kept.tolist(), [model] * len(TOKENS))


def _bars(
    x: Pixels, y: Pixels, names: Sequence[str], chances: Sequence[float], kept: Sequence[bool], models: Sequence[str]
) -> list[str]:
    rows = []
    for i, (name, p, keep, model) in enumerate(zip(names, chances, kept, models, strict=True)):
        at_y = y + 44 + 22 * i
        label = words(x + 14, at_y + 9, name, kind="mono strong" if name in TOKENS else "quiet")
        rows += [label, bar(x + 50, at_y, 160 * p, model, cut=not keep)]
        rows.append(words(x + 57 + 160 * p, at_y + 9, f"{p:.1f}", kind="quiet"))
    return rows


def _written(x: Pixels, y: Pixels, width: Pixels, cell: Pixels) -> str:
    """The prompt, and behind it the token that was drawn, in a cell whose centre is `cell`."""
    token = words(cell, y + 26, TOKENS[DRAWN], kind="mono", anchor="middle")
    prompt = words(cell - 16, y + 26, "Q:7+5*3-4\u23ce", kind="mono", anchor="end")
    return box(x, y, width, 44, prompt, box(cell - 11, y + 10, 22, 24, token, kind="likelier"))


def _pick(draw: str, token: int) -> list[str]:
    return [f"noise.{draw} picks {TOKENS[token]}"]


def _luck(rest: str) -> list[Run]:
    return [("noise[seed, problem, sample, position]", "mono"), (rest, "quiet")]


def _signed(number: float) -> str:
    return f"{number:.2f}".rstrip("0" if number == THRESHOLD else "").replace("-", "\N{MINUS SIGN}")
