"""Charts of chapter 5: which tokens carry the gradient, and the lemma's norm against the norm in the parameters."""

import altair as alt
import pandas as pd

from rlvr_direction.palette import GREY, VIOLET
from rlvr_direction.press.plots.shared import (
    chosen,
    described,
    intervals,
    menu,
    reference,
    task_color,
    task_shape,
    tips,
)

__all__ = ["excess", "mass_by_probability", "norms"]

OF = alt.Scale(domain=["tokens", "gradient"], range=[GREY, VIOLET])


def mass_by_probability(table: pd.DataFrame, description: str) -> alt.Chart:
    """Shares of tokens and of gradient, side by side, by the token's probability; menus choose task and stage.

    Columns: `task, stage, probability` (the middle of a bin), `of` ("tokens" or "gradient"), `share`.
    """
    bars = chosen(table, "task", "stage").mark_bar()
    bars = bars.encode(
        x=alt.X("probability:O", title="probability of the token", axis=alt.Axis(labelAngle=0, format=".2f")),
        y=alt.Y("share:Q", title="share", axis=alt.Axis(format="%")),
        xOffset=alt.XOffset("of:N", sort=["tokens", "gradient"]),
        color=alt.Color("of:N", title="share of", scale=OF),
        tooltip=["of", alt.Tooltip("probability:O", format=".2f"), *tips(["share"], ".1%")],
    )
    return described(bars.add_params(menu(table, "task"), menu(table, "stage")), description)


def excess(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """How much more of the gradient rare tokens hold than they must, with intervals; above 0 they hold more.

    Columns: `task, stage, tokens` (such as "p < 0.1"), `value, low, high` (shares of the gradient).
    """
    rows = table.assign(at=table["stage"] + ", " + table["tokens"])
    place = {
        "y": alt.Y("at:N", title=None, sort=list(rows["at"].unique())),
        "yOffset": alt.YOffset("task:N"),
        "color": task_color(table),
    }
    x = alt.X("low:Q", title="share of the gradient beyond the forced share", axis=alt.Axis(format="+.2f"))
    tooltip = ["task", "at", *tips(("value", "low", "high"), "+.3f")]
    points = intervals(alt.Chart(rows), "value", x, tooltip=tooltip, shape=task_shape(table), **place)
    return described(reference("x") + points, description, alt.Step(16))


def norms(table: pd.DataFrame, description: str) -> alt.Chart:
    """The gradient's norm in the parameters against that in the logits, one point per token; a menu chooses the stage.

    Columns: `task, stage, logits, parameters` (norms of grad log pi), `token`.
    """
    points = chosen(table, "stage").mark_point(filled=True, size=22, opacity=0.6)
    points = points.encode(
        x=alt.X("logits:Q", title="norm in the logits: 2 (1 - pi)"),
        y=alt.Y("parameters:Q", title="norm in the parameters"),
        color=task_color(table),
        shape=task_shape(table),
        tooltip=["task", "token", *tips(("logits", "parameters"), ".3f")],
    )
    return described(points.add_params(menu(table, "stage")), description)
