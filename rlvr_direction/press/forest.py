"""A small forest: an estimate with its interval beside the bound that decides, drawn as one line of SVG."""

from collections.abc import Iterable, Mapping

__all__ = ["ends_of", "forest"]

WIDTH, HEIGHT, EDGE = 150, 18, 6  # in the drawing's own units


def ends_of(rows: Iterable[Mapping]) -> tuple[float, float]:
    """The numbers between which the estimates, the intervals and the bounds of these rows lie, and zero."""
    keys = ("value", "low", "high", "bound")
    numbers = [0.0, *(row[key] for row in rows for key in keys if row[key] is not None)]
    return min(numbers), max(numbers)


def forest(row: Mapping, ends: tuple[float, float], better: str) -> str:
    """A row's estimate and interval on a scale from one end to the other; the side that is `better` is shaded."""
    low, high = ends
    scale = (WIDTH - 2 * EDGE) / ((high - low) or 1)
    value, start, end, bound = (EDGE + scale * (row[key] - low) for key in ("value", "low", "high", "bound"))
    left, right = (0, bound) if better == "lower" else (bound, WIDTH)
    middle = HEIGHT / 2
    return (
        f'<svg class="forest" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<rect x="{left:.1f}" width="{right - left:.1f}" height="{HEIGHT}"/>'
        f'<line class="bound" x1="{bound:.1f}" x2="{bound:.1f}" y1="0" y2="{HEIGHT}"/>'
        f'<line x1="{start:.1f}" x2="{end:.1f}" y1="{middle}" y2="{middle}"/>'
        f'<circle cx="{value:.1f}" cy="{middle}" r="3.5"/></svg>'
    )
