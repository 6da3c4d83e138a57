"""The reader's own number among the recorded ones: what a run on this machine gave, beside the spread over seeds."""

from collections.abc import Sequence
from html import escape

from rlvr_direction.press.display import Shown, number

__all__ = ["among_seeds"]

WIDTH, HEIGHT, EDGE = 300, 34, 8  # in the drawing's own units


def among_seeds(
    name: str, here: float, recorded: Sequence[float], *, error: float | None = None, again: int | None = None
) -> Shown:
    """A number from this run among those of recorded runs, one for each seed: drawn on one line, and in a sentence.

    `error` is the standard error of the number here: with it the sentence says whether chance can explain a distance.
    `again` is the recorded seed that this run repeats: it is then compared with that seed's own number alone.
    Raises ValueError below two recorded numbers, which have no spread.
    """
    if len(recorded) < 2:
        raise ValueError(f"{name}: {len(recorded)} recorded numbers have no spread; pass one for each of several seeds")
    own = "" if error is None else f" ± {number(_rounded(error))} (one standard error)"
    place = _place(here, recorded, error) if again is None else _repeated(recorded, again)
    said = f"{name}: {number(here)}{own} in this run{';' if again is None else ','} {place}."
    html = f'<div class="rlvr-spread"><p><b>Your number here.</b> {escape(said)}</p>{_drawn(here, recorded)}</div>'
    return Shown({"text/html": html, "text/plain": said})


def _place(here: float, recorded: Sequence[float], error: float | None) -> str:
    """Where a number lies among the recorded ones, in words."""
    low, high = min(recorded), max(recorded)
    seeds = f"{len(recorded)} recorded runs gave {number(low)} to {number(high)}"
    if low <= here <= high:
        return f"{seeds}, so it lies among them"
    off = low - here if here < low else here - high
    said = f"{seeds}, so it lies {number(_rounded(off))} {'below' if here < low else 'above'} them"
    if error is None:
        return said
    if off <= 2 * error:
        return f"{said}, within two standard errors: chance can explain that"
    return f"{said}, more than two standard errors: chance alone can hardly explain that"


def _repeated(recorded: Sequence[float], seed: int) -> str:
    """What the seed that is run again gave when it was recorded, and how far apart all seeds lie."""
    low, high = min(recorded), max(recorded)
    spread = f"the {len(recorded)} recorded seeds span {number(low)} to {number(high)}"
    return f"which repeats seed {seed}: {number(recorded[seed])} when recorded, and it should agree; {spread}"


def _rounded(value: float) -> float:
    """To three decimals, as the numbers beside it are."""
    return round(value, 3)


def _drawn(here: float, recorded: Sequence[float]) -> str:
    """Recorded numbers as strokes, this run's as a dot."""
    low, high = min(here, *recorded), max(here, *recorded)
    scale = (WIDTH - 2 * EDGE) / ((high - low) or 1)
    strokes = "".join(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="6" y2="22"/>' for x in _at(recorded, low, scale))
    (dot,) = _at([here], low, scale)
    ends = f'<text x="{EDGE}" y="33">{number(low)}</text>'
    ends += f'<text x="{WIDTH - EDGE}" y="33" text-anchor="end">{number(high)}</text>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" aria-hidden="true">'
        f'<line class="axis" x1="0" x2="{WIDTH}" y1="14" y2="14"/>{strokes}'
        f'<circle cx="{dot:.1f}" cy="14" r="5"/>{ends}</svg>'
    )


def _at(numbers: Sequence[float], low: float, scale: float) -> list[float]:
    return [EDGE + scale * (number - low) for number in numbers]
