"""Charts of chapters 4 and 6: what each weighting does to a token, and what training made of it."""

import altair as alt
import pandas as pd

from rlvr_direction.press.plots.menus import menu

__all__ = ["curves", "differences", "weights"]

HEIGHT = 260


def weights(table: pd.DataFrame, description: str) -> alt.Chart:
    """The weight of a token against its probability, a line a method. Columns: `method, probability, weight`."""
    order = alt.Scale(domain=list(dict.fromkeys(table["method"])))
    return (
        alt.Chart(table)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("probability:Q", title="probability of the token"),
            y=alt.Y("weight:Q", title="weight of its advantage"),
            color=alt.Color("method:N", title="method", scale=order),
            strokeDash=alt.StrokeDash("method:N", title="method", scale=order),
            tooltip=["method", alt.Tooltip("probability:Q", format=".2f"), alt.Tooltip("weight:Q", format=".3f")],
        )
        .properties(width="container", height=HEIGHT, description=description)
    )


AXES = {
    "rollout": alt.X("rollout:Q", title="rollout"),
    "k": alt.X("k:Q", title="k", scale=alt.Scale(type="log", base=2), axis=alt.Axis(values=[1, 2, 4, 8, 16, 32])),
}


def curves(table: pd.DataFrame, along: str, title: str, description: str) -> alt.LayerChart:
    """A quantity along training ("rollout") or samples ("k"), a line a method; the task is chosen from a menu.

    Columns: `task, method, mean, low, high` (95 % interval over seeds) and `along`.
    """
    order = alt.Scale(domain=list(dict.fromkeys(table["method"])))
    task = menu(table, "task")
    chosen, x = alt.Chart(table).transform_filter("datum.task == task"), AXES[along]
    color = alt.Color("method:N", title="method", scale=order)
    shape = alt.Shape("method:N", title="method", scale=order)
    y = alt.Y("mean:Q", title=f"{title} (95 % interval over seeds)", scale=alt.Scale(zero=False))
    tooltip = ["method", along, *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("mean", "low", "high"))]
    bars = chosen.mark_rule(opacity=0.7).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=color)
    lines = chosen.mark_line(strokeWidth=1.8).encode(x=x, y=y, color=color)
    points = chosen.mark_point(filled=True, size=40, opacity=1).encode(
        x=x, y=y, color=color, shape=shape, tooltip=tooltip
    )
    return (
        (bars + lines + points).add_params(task).properties(width="container", height=HEIGHT, description=description)
    )


def differences(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Each method minus another one, with its interval, and a line at nought; task and quantity from menus.

    Columns: `task, quantity, method, difference, low, high` (95 % interval over seeds).
    """
    chosen = alt.Chart(table).transform_filter("datum.task == task && datum.quantity == quantity")
    y = alt.Y("method:N", title=None, sort=list(dict.fromkeys(table["method"])))
    x = alt.X("difference:Q", title="difference (95 % interval over seeds)", axis=alt.Axis(format="+.2f", tickCount=5))
    tooltip = ["method", *(alt.Tooltip(f"{name}:Q", format="+.4f") for name in ("difference", "low", "high"))]
    nought = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(strokeDash=[4, 3], opacity=0.6).encode(x="x:Q")
    bars = chosen.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q", y=y, tooltip=tooltip)
    points = chosen.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, tooltip=tooltip)
    return (
        (nought + bars + points)
        .add_params(menu(table, "task"), menu(table, "quantity"))
        .properties(width="container", height=200, description=description)
    )
