"""Charts of chapter 7: the weight that each method gives a token, and the results of training with it."""

import altair as alt
import pandas as pd

from rlvr_direction.palette import BROWN, CYAN, GOLD, GREY, OLIVE, ROSE, SLATE, VIOLET
from rlvr_direction.press.plots.shared import chosen, described, intervals, menu, reference, tips

__all__ = ["curves", "differences", "weights"]

COLOURS = [GREY, VIOLET, GOLD, CYAN, OLIVE, ROSE, BROWN, SLATE]
AXES = {
    "rollout": alt.X("rollout:Q", title="rollout"),
    "k": alt.X("k:Q", title="k", scale=alt.Scale(type="log", base=2), axis=alt.Axis(values=[1, 2, 4, 8, 16, 32])),
}


def _methods(table: pd.DataFrame) -> tuple[list[str], alt.Color]:
    """The methods in the table's order, and their colours."""
    names = list(dict.fromkeys(table["method"]))
    return names, alt.Color("method:N", title="method", scale=alt.Scale(domain=names, range=COLOURS))


def weights(table: pd.DataFrame, description: str) -> alt.Chart:
    """The weight of a token against its probability, one line per method. Columns: `method, probability, weight`."""
    names, color = _methods(table)
    lines = alt.Chart(table).mark_line(strokeWidth=2)
    lines = lines.encode(
        x=alt.X("probability:Q", title="probability of the token"),
        y=alt.Y("weight:Q", title="weight of its advantage"),
        color=color,
        strokeDash=alt.StrokeDash("method:N", title="method", scale=alt.Scale(domain=names)),
        tooltip=["method", *tips(["probability"], ".2f"), *tips(["weight"], ".3f")],
    )
    return described(lines, description)


def curves(table: pd.DataFrame, along: str, title: str, description: str) -> alt.LayerChart:
    """A quantity against the rollout or against k, one line per method; a menu chooses the task.

    Columns: `task, method, mean, low, high` (95 % interval over seeds) and `along`.
    """
    names, color = _methods(table)
    rows, x = chosen(table, "task"), AXES[along]
    shape = alt.Shape("method:N", title="method", scale=alt.Scale(domain=names))
    y = alt.Y("low:Q", title=f"{title} (95 % interval over seeds)", scale=alt.Scale(zero=False))
    tooltip = ["method", along, *tips(("mean", "low", "high"), ".3f")]
    points = intervals(rows, "mean", y, tooltip=tooltip, shape=shape, x=x, color=color)
    lines = rows.mark_line(strokeWidth=1.8).encode(x=x, y="mean:Q", color=color)
    return described((lines + points).add_params(menu(table, "task")), description)


def differences(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """The difference of each method to a reference, with its interval; menus choose the task and the quantity.

    Columns: `task, quantity, method, difference, low, high`, in points (95 % interval over seeds).
    """
    rows = chosen(table, "task", "quantity")
    y = alt.Y("method:N", title=None, sort=list(dict.fromkeys(table["method"])))
    x = alt.X("low:Q", title="points (95 % interval over seeds)", axis=alt.Axis(format="+.1f", tickCount=5))
    tooltip = ["method", *tips(("difference", "low", "high"), "+.2f")]
    points = intervals(rows, "difference", x, tooltip=tooltip, y=y, color=alt.value(SLATE))
    return described(
        (reference("x") + points).add_params(menu(table, "task"), menu(table, "quantity")), description, 200
    )
