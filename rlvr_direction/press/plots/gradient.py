"""Charts of chapter 4: who carries the gradient, and whether the lemma's norm speaks for the parameters'."""

import altair as alt
import pandas as pd

from rlvr_direction.press.plots.menus import menu

__all__ = ["mass_by_probability", "norms"]

HEIGHT = 220
OF = alt.Scale(domain=["tokens", "gradient"], range=["#9aa5b1", "#e45756"])


def mass_by_probability(table: pd.DataFrame, description: str) -> alt.Chart:
    """Shares of tokens and of gradient by the token's probability, side by side; task and stage from menus.

    Columns: `task, stage, probability` (the middle of a bin), `of` ("tokens" or "gradient"), `share`.
    """
    return (
        alt.Chart(table)
        .transform_filter("datum.task == task && datum.stage == stage")
        .mark_bar()
        .encode(
            x=alt.X("probability:O", title="probability of the token", axis=alt.Axis(labelAngle=0, format=".2f")),
            y=alt.Y("share:Q", title="share", axis=alt.Axis(format="%")),
            xOffset=alt.XOffset("of:N", sort=["tokens", "gradient"]),
            color=alt.Color("of:N", title="share of", scale=OF),
            tooltip=["of", alt.Tooltip("probability:O", format=".2f"), alt.Tooltip("share:Q", format=".1%")],
        )
        .add_params(menu(table, "task"), menu(table, "stage"))
        .properties(width="container", height=HEIGHT, description=description)
    )


def norms(table: pd.DataFrame, description: str) -> alt.Chart:
    """The gradient's norm in the parameters against the lemma's in the logits, a point a token; stage from a menu.

    Columns: `task, stage, logits, parameters` (norms of grad log pi), `token`.
    """
    return (
        alt.Chart(table)
        .transform_filter("datum.stage == stage")
        .mark_point(filled=True, size=22, opacity=0.6)
        .encode(
            x=alt.X("logits:Q", title="norm in the logits: 2 (1 - pi)"),
            y=alt.Y("parameters:Q", title="norm in the parameters"),
            color=alt.Color("task:N", title="task", scale=alt.Scale(range=["#4c78a8", "#f58518"])),
            shape=alt.Shape("task:N", title="task"),
            tooltip=["task", "token", alt.Tooltip("logits:Q", format=".3f"), alt.Tooltip("parameters:Q", format=".3f")],
        )
        .add_params(menu(table, "stage"))
        .properties(width="container", height=HEIGHT, description=description)
    )
