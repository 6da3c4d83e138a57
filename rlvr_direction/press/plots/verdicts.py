"""The chart of the last chapter: how many other rules each verdict survives."""

import altair as alt
import pandas as pd

from rlvr_direction.press.plots.shared import described, reference, task_color, task_shape

__all__ = ["robustness"]


def robustness(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """The share of other rules that leave each verdict as it is: a row per claim, a mark per task.

    Columns: `claim, task, verdict, survived, rules, share`.
    """
    order = list(dict.fromkeys(table["claim"]))
    share = alt.X("share:Q", title="share of other rules that agree", axis=alt.Axis(format="%"))
    marks = alt.Chart(table).mark_point(filled=True, size=70, opacity=1)
    marks = marks.encode(
        x=share.scale(domain=[0, 1]),
        y=alt.Y("claim:N", sort=order, title=None),
        yOffset=alt.YOffset("task:N"),
        color=task_color(table),
        shape=task_shape(table),
        tooltip=["claim", "task", "verdict", "survived", "rules"],
    )
    return described(reference("x", 1.0) + marks, description, alt.Step(16))
