"""What the charts share: the colours of models and tasks, menus, sliders, intervals and lines of reference."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import altair as alt
import pandas as pd

from rlvr_direction.palette import BASE, BROWN, CYAN, RL, SLATE

__all__ = [
    "MODELS",
    "NEUTRAL",
    "SOURCES",
    "Views",
    "chosen",
    "described",
    "intervals",
    "menu",
    "reference",
    "slider",
    "strokes",
    "task_color",
    "task_shape",
    "tips",
    "views",
]

Drawn = TypeVar("Drawn", alt.Chart, alt.LayerChart)
MODELS = alt.Scale(domain=["base", "RL"], range=[BASE, RL])
NEUTRAL = alt.Legend(symbolFillColor="#888", symbolStrokeColor="#888")  # for shapes; visible on light and dark pages
SOURCES = alt.Scale(domain=["base", "rl"], range=[BASE, RL])
HUES = {"arithmetic": BROWN, "pointer_tree": SLATE, "worded": CYAN}


def task_color(table: pd.DataFrame) -> alt.Color:
    """The colour of a task, the same in all charts; the legend has the tasks of the table."""
    domain = _tasks(table)
    return alt.Color("task:N", title="task", scale=alt.Scale(domain=domain, range=[HUES[task] for task in domain]))


def task_shape(table: pd.DataFrame) -> alt.Shape:
    """The shape of a task's marks, in one legend with its colour."""
    return alt.Shape("task:N", title="task", scale=alt.Scale(domain=_tasks(table)))


def _tasks(table: pd.DataFrame) -> list[str]:
    return [task for task in HUES if task in set(table["task"])]


def menu(table: pd.DataFrame, column: str) -> alt.Parameter:
    """A menu of a column's values in order of appearance."""
    options = list(table[column].unique())
    return alt.param(name=column, value=options[0], bind=alt.binding_select(options=options, name=f"{column}: "))


def slider(name: str, low: float, high: float, *, step: float, start: float, label: str) -> alt.Parameter:
    """A parameter that the reader moves between two numbers."""
    return alt.param(name=name, value=start, bind=alt.binding_range(min=low, max=high, step=step, name=f"{label}: "))


class Views(NamedTuple):
    """A menu that shows some values of a column at a time: its parameter, a filter of the rows, a legend's values."""

    parameter: alt.Parameter
    rows: str
    legend: alt.ExprRef


def views(column: str, groups: Mapping[str, Sequence[str]]) -> Views:
    """A menu of groups of a column's values, so that a chart with many lines shows few of them at once."""
    options, shown = list(groups), f"{json.dumps({name: list(group) for name, group in groups.items()})}[lines]"
    menu_of = alt.param(name="lines", value=options[0], bind=alt.binding_select(options=options, name="lines: "))
    return Views(menu_of, f"indexof({shown}, datum.{column}) >= 0", alt.ExprRef(shown))


def chosen(table: pd.DataFrame, *columns: str) -> alt.Chart:
    """A chart of the rows that match the menus of these columns; of all rows, if there are none."""
    chart = alt.Chart(table)
    matches = " && ".join(f"datum.{column} == {column}" for column in columns)
    return chart.transform_filter(matches) if columns else chart


def intervals(
    rows: alt.Chart, value: str, along: alt.X | alt.Y, *, tooltip: list, shape: alt.Shape | None = None, **place: object
) -> alt.LayerChart:
    """A point at `value` and a rule from `low` to `high` for each row; `along` is the axis, encoding `low`."""
    name = "x" if isinstance(along, alt.X) else "y"
    bars = rows.mark_rule(strokeWidth=2).encode(**{name: along, f"{name}2": "high:Q"}, **place)
    marks = {"shape": shape} if shape is not None else {}
    points = rows.mark_point(filled=True, size=60, opacity=1)
    return bars + points.encode(**{name: f"{value}:Q"}, tooltip=tooltip, **marks, **place)


def reference(axis: str, at: float = 0.0) -> alt.Chart:
    """A dashed line at a value, "x" or "y": where there is no difference."""
    line = alt.Chart(pd.DataFrame({axis: [at]}))
    return line.mark_rule(strokeDash=[4, 4], color="#888").encode(**{axis: f"{axis}:Q"})


def strokes(
    column: str, title: str, looks: Mapping[str, tuple[str, list[int]]], shown: alt.ExprRef | None = None
) -> dict[str, alt.Color | alt.StrokeDash]:
    """Encodings of a line by a column's value: `looks` gives each its colour and dash, and one legend shows both.

    The legend has the values that are `shown`, which a menu may choose; by default all.
    """
    colours, dashes = map(list, zip(*looks.values(), strict=True))
    legend = alt.Legend(symbolType="stroke", symbolStrokeWidth=2, symbolSize=300, labelLimit=300)
    legend = legend if shown is None else alt.Legend(**legend.to_dict(), values=shown)
    channels = {"color": (alt.Color, colours), "strokeDash": (alt.StrokeDash, dashes)}
    return {
        name: kind(f"{column}:N", title=title, scale=alt.Scale(domain=list(looks), range=looks_like), legend=legend)
        for name, (kind, looks_like) in channels.items()
    }


def tips(names: Iterable[str], form: str) -> list[alt.Tooltip]:
    """Tooltips that show numeric columns in one format."""
    return [alt.Tooltip(f"{name}:Q", format=form) for name in names]


def described(chart: Drawn, description: str, height: int | alt.Step = 240) -> Drawn:
    """The chart at the width of the page, with a description for readers who cannot see it."""
    fitted = alt.AutoSizeParams(type="fit-x", contains="padding")
    return chart.properties(width="container", height=height, autosize=fitted, description=description)
