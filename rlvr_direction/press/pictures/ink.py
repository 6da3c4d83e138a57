"""A small hand for drawing: words, boxes, bars and arrows as SVG that is legible on light and on dark pages.

A picture is a list of elements, each a string. Coordinates are pixels from the top left corner.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from rlvr_direction.palette import BASE, LESS_LIKELY, LIKELIER, RL

__all__ = ["Pixels", "Point", "Run", "arrow", "badge", "bar", "box", "described", "frame", "line", "words"]

Pixels = int | float
Point = tuple[Pixels, Pixels]
Run = str | tuple[str, str]  # a stretch of text, plain or with classes of STYLE
LIGHT = "--ink:#22262b;--quiet:#59626d;--line:#b3bbc4;--card:#f6f7f9"
DARK = "--ink:#dfe3e8;--quiet:#a3adb8;--line:#59626d;--card:#1d2126"
# a file by itself follows the reader's system on paper of its own; in a page it follows the page, whose paper it shows
STYLE = f"""
.drawn{{{LIGHT};--paper:#ffffff}}
@media (prefers-color-scheme:dark){{.drawn{{{DARK};--paper:#121212}}}}
html[data-theme="light"] .drawn{{{LIGHT};--paper:none}}
html[data-theme="dark"] .drawn{{{DARK};--paper:none}}
.drawn .paper{{fill:var(--paper)}}
.drawn text{{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink);white-space:pre}}
.drawn .title{{font-size:14px;font-weight:650}}
.drawn .quiet{{font-size:11.5px;fill:var(--quiet)}}
.drawn .mono{{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}}
.drawn .small{{font-size:11px}}
.drawn .strong{{font-weight:700}}
.drawn .faint{{fill:var(--quiet)}}
.drawn .wrong{{text-decoration:underline wavy 1px;text-underline-offset:2px}}
.drawn .box{{fill:var(--card);stroke:var(--line)}}
.drawn .plain{{fill:none;stroke:var(--line)}}
.drawn .line{{fill:none;stroke:var(--quiet);stroke-width:1.5;stroke-linejoin:round}}
.drawn .node{{fill:var(--card)}}
.drawn .ring{{fill:var(--card);stroke:var(--quiet);stroke-width:1.5}}
.drawn .head{{fill:var(--quiet)}}
.drawn .number{{fill:var(--ink)}}
.drawn text.on-number{{fill:var(--card);font-size:11.5px;font-weight:700}}
.drawn .base{{fill:{BASE};stroke:{BASE}}}
.drawn .rl{{fill:{RL};stroke:{RL}}}
.drawn .likelier{{fill:{LIKELIER};stroke:{LIKELIER};fill-opacity:.22}}
.drawn .less-likely{{fill:{LESS_LIKELY};stroke:{LESS_LIKELY};fill-opacity:.22}}
.drawn .cut{{fill-opacity:0;stroke-dasharray:3 2}}
""".replace("\n", "")


def frame(width: Pixels, height: Pixels, elements: Sequence[str], *, layout: str) -> str:
    """A whole SVG file; `layout` is "wide" or "narrow", a class by which a page chooses between the two."""
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    paper = f'<rect class="paper" width="{width:g}" height="{height:g}" rx="8"/>'
    inside = "\n".join([f"<style>{STYLE}</style>", paper, *elements])
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="drawn {layout}" {size}>\n{inside}\n</svg>\n'


def described(layouts: Sequence[str], said: str) -> str:
    """Layouts of one picture as HTML: a page shows the one that fits it, and a screen reader says `said`."""
    named = f'<svg role="img" aria-label="{escape(said)}" '
    return "".join(svg.replace("<svg ", named, 1) for svg in layouts)


def words(x: Pixels, y: Pixels, *runs: Run, kind: str = "", anchor: str = "start") -> str:
    """One line of text on the baseline `y`, in stretches; `kind` holds classes for all of it."""
    pairs = [(run, "") if isinstance(run, str) else run for run in runs]
    spans = [f'<tspan class="{cls}">{escape(text)}</tspan>' if cls else escape(text) for text, cls in pairs]
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{"".join(spans)}</text>'


def box(x: Pixels, y: Pixels, width: Pixels, height: Pixels, *inside: str, kind: str = "box") -> str:
    """A rounded rectangle and what must not leave it."""
    edges = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<g class="holds"><rect class="{kind}" {edges} rx="6"/>{"".join(inside)}</g>'


def badge(x: Pixels, y: Pixels, number: int) -> str:
    """The number of a step, in a disc whose centre is (x, y)."""
    disc = f'<circle class="number" cx="{x:g}" cy="{y:g}" r="9"/>'
    return disc + words(x, y + 4, str(number), kind="on-number", anchor="middle")


def bar(x: Pixels, y: Pixels, length: Pixels, kind: str, *, cut: bool = False) -> str:
    """A probability as a bar; one that is cut off is an outline."""
    return f'<rect class="{kind}{" cut" * cut}" x="{x:g}" y="{y:g}" width="{max(length, 1):g}" height="10" rx="2"/>'


def line(*points: Point) -> str:
    """A line through points, with round corners."""
    return f'<path class="line" d="{_through(points)}"/>'


def arrow(*points: Point) -> str:
    """A line through points with a head at the last one; its last stretch is horizontal or vertical."""
    (x0, y0), (x, y) = points[-2:]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    head = f"M{x:g} {y:g}l{-8 * dx - 4 * dy:g} {-8 * dy - 4 * dx:g}l{8 * dy:g} {8 * dx:g}z"
    return f'{line(*points[:-1], (x - 6 * dx, y - 6 * dy))}<path class="head" d="{head}"/>'


def _through(points: Sequence[Point], radius: Pixels = 7) -> str:
    """The path: straight stretches, and a quarter turn before and after each corner."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    stretches = [*pairwise(points)]
    for (before, corner), (_, after) in pairwise(stretches):
        near, far = _towards(corner, before, radius), _towards(corner, after, radius)
        path += f"L{near[0]:g} {near[1]:g}Q{corner[0]:g} {corner[1]:g} {far[0]:g} {far[1]:g}"
    return path + f"L{points[-1][0]:g} {points[-1][1]:g}"


def _towards(start: Point, end: Point, distance: Pixels) -> Point:
    """The point so far from `start` on the way to `end`, but no further than half of it."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = min(distance / max(abs(dx), abs(dy)), 0.5)
    return start[0] + share * dx, start[1] + share * dy
