"""Charts of chapter 1: a policy by update, a run by rollout, accuracy by temperature."""

import altair as alt
import pandas as pd

from rlvr_direction.palette import CYAN, GOLD, VIOLET
from rlvr_direction.press.plots.shared import MODELS, chosen, described, intervals, menu, task_color, tips

__all__ = ["accuracy", "curves", "policy_path"]


def policy_path(table: pd.DataFrame, description: str) -> alt.Chart:
    """The probability of each token of a small vocabulary, update by update. Columns: `update, token, probability`."""
    path = alt.Chart(table).mark_line(strokeWidth=2, point=True)
    path = path.encode(
        x=alt.X("update:Q", title="update", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("probability:Q", scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("token:N", title="token", scale=alt.Scale(range=[VIOLET, GOLD, CYAN])),
        strokeDash=alt.StrokeDash("token:N", title="token"),
        tooltip=["update", "token", *tips(["probability"], ".3f")],
    )
    return described(path, description)


def curves(table: pd.DataFrame, metric: str, title: str, description: str) -> alt.LayerChart:
    """One metric over the rollouts of recorded runs: a faint line per seed, and a strong line for the mean of a task.

    Columns: `task, seed, rollout` and the metric; `title` names it with its unit.
    """
    x = alt.X("rollout:Q", title="rollout")
    color = task_color(table).legend(symbolOpacity=1, symbolStrokeWidth=2.5)
    faint, strong = (alt.Chart(table).mark_line(strokeWidth=w, opacity=o) for w, o in ((1, 0.35), (2.5, 1)))
    runs = faint.encode(x=x, y=alt.Y(f"{metric}:Q", title=title), color=color, detail="seed:N")
    dash = alt.StrokeDash("task:N", legend=None)
    means = strong.encode(x=x, y=f"mean({metric}):Q", color=color, strokeDash=dash)
    return described(runs + means, description)


def accuracy(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Accuracy of base and RL against temperature, one dash per top_p, with two standard errors either way.

    Columns: `task, model (base or RL), temperature, top_p, accuracy, standard_error`; a menu chooses the task.
    """
    rows = chosen(table, "task").transform_calculate(
        low="datum.accuracy - 2 * datum.standard_error", high="datum.accuracy + 2 * datum.standard_error"
    )
    x, color = alt.X("temperature:Q", title="temperature"), alt.Color("model:N", title="model", scale=MODELS)
    y = alt.Y("low:Q", title="accuracy (± 2 standard errors)", scale=alt.Scale(domain=[0, 1]))
    tooltip = ["model", "temperature", "top_p", *tips(["accuracy"], ".3f")]
    dash = alt.StrokeDash("top_p:N", title="top_p", sort="descending")
    lines = rows.mark_line(strokeWidth=2).encode(x=x, y="accuracy:Q", color=color, strokeDash=dash)
    points = intervals(rows, "accuracy", y, tooltip=tooltip, x=x, color=color)
    return described((lines + points).add_params(menu(table, "task")), description)
