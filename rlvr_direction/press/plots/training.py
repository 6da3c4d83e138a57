"""Charts of chapter 1: a policy under its updates, a run over its rollouts, accuracy over temperature."""

import altair as alt
import pandas as pd

from rlvr_direction.press.plots.menus import menu

__all__ = ["accuracy", "curves", "policy_path"]

TASKS = alt.Scale(domain=["arithmetic", "pointer_tree"], range=["#4c78a8", "#f58518"])
MODELS = alt.Scale(domain=["base", "RL"], range=["#4c78a8", "#e45756"])
HEIGHT = 220


def policy_path(table: pd.DataFrame, description: str) -> alt.Chart:
    """The probability of each token of a small vocabulary, update by update. Columns: `update, token, probability`."""
    return (
        alt.Chart(table)
        .mark_line(strokeWidth=2, point=True)
        .encode(
            x=alt.X("update:Q", title="update", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("probability:Q", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("token:N", title="token"),
            strokeDash=alt.StrokeDash("token:N", title="token"),
            tooltip=["update", "token", alt.Tooltip("probability:Q", format=".3f")],
        )
        .properties(width="container", height=HEIGHT, description=description)
    )


def curves(table: pd.DataFrame, metric: str, title: str, description: str) -> alt.LayerChart:
    """One metric over the rollouts of recorded runs: a faint line a seed, a strong one for their mean, a colour a task.

    Columns: `task, seed, rollout` and the metric; `title` names it with its unit.
    """
    x = alt.X("rollout:Q", title="rollout")
    legend = alt.Legend(symbolOpacity=1, symbolStrokeWidth=2.5)
    color = alt.Color("task:N", title="task", scale=TASKS, legend=legend)
    runs = (
        alt.Chart(table)
        .mark_line(strokeWidth=1, opacity=0.35)
        .encode(x=x, y=alt.Y(f"{metric}:Q", title=title), color=color, detail="seed:N")
    )
    means = (
        alt.Chart(table)
        .mark_line(strokeWidth=2.5)
        .encode(x=x, y=f"mean({metric}):Q", color=color, strokeDash=alt.StrokeDash("task:N", legend=None))
    )
    return (runs + means).properties(width="container", height=HEIGHT, description=description)


def accuracy(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Accuracy of the base and of RL over temperature, a dash for a nucleus, two standard errors up and down.

    Columns: `task, model (base or RL), temperature, top_p, accuracy, standard_error`; a task is chosen from a menu.
    """
    task = menu(table, "task")
    chosen = alt.Chart(table).transform_filter("datum.task == task")
    x = alt.X("temperature:Q", title="temperature")
    color = alt.Color("model:N", title="model", scale=MODELS)
    y = alt.Y("accuracy:Q", title="accuracy (± 2 standard errors)", scale=alt.Scale(domain=[0, 1]))
    dash = alt.StrokeDash("top_p:N", title="top_p", sort="descending")
    tooltip = ["model", "temperature", "top_p", alt.Tooltip("accuracy:Q", format=".3f")]
    lines = chosen.mark_line(strokeWidth=2).encode(x=x, y=y, color=color, strokeDash=dash)
    points = chosen.mark_point(filled=True, size=50, opacity=1).encode(x=x, y=y, color=color, tooltip=tooltip)
    errors = (
        chosen.transform_calculate(
            low="datum.accuracy - 2 * datum.standard_error", high="datum.accuracy + 2 * datum.standard_error"
        )
        .mark_rule()
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=color)
    )
    layers = errors + lines + points
    return layers.add_params(task).properties(width="container", height=HEIGHT, description=description)
