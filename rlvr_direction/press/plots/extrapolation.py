"""Charts of chapter 6: expected reward along gamma, and maps of gains over gamma, gate and training stage."""

import altair as alt
import pandas as pd

from rlvr_direction.palette import BROWN, CYAN, GOLD, VIOLET
from rlvr_direction.press.plots.shared import chosen, described, menu, slider, tips

__all__ = ["gain_map", "rewards"]


def rewards(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Expected reward against gamma, one line per case, with a slider that picks a gamma and shows its rewards.

    Columns: `case, gamma, reward`; gamma -1 is the base, 0 is RL.
    """
    low, high = float(table["gamma"].min()), float(table["gamma"].max())
    gamma = slider("gamma", low, high, step=0.1, start=0.0, label="gamma")
    legend = alt.Legend(orient="top", labelLimit=400)
    place = {
        "x": alt.X("gamma:Q", title="gamma (-1 is the base, 0 is RL)"),
        "y": alt.Y("reward:Q", title="expected reward", scale=alt.Scale(zero=False)),
    }
    color = alt.Color("case:N", title=None, legend=legend, scale=alt.Scale(range=[VIOLET, GOLD]))
    dash = alt.StrokeDash("case:N", legend=None)
    lines = alt.Chart(table).mark_line(strokeWidth=2).encode(**place, color=color, strokeDash=dash)
    at = alt.Chart(table).transform_filter("abs(datum.gamma - gamma) < 0.05")
    tooltip = ["case", *tips(["gamma"], ".1f"), *tips(["reward"], ".4f")]
    points = at.mark_point(filled=True, size=90, opacity=1).encode(**place, color=color, tooltip=tooltip)
    words = at.mark_text(align="left", dx=8, dy=-8).encode(**place, text=alt.Text("reward:Q", format=".3f"))
    return described((lines + points + words).add_params(gamma), description)


def gain_map(table: pd.DataFrame, title: str, description: str) -> alt.LayerChart:
    """One cell per gamma and gate, coloured by its gain in points; menus choose the task and the stage.

    Columns: `task, stage, where, gamma, gain` (a fraction).
    """
    cells = chosen(table, "task", "stage")
    place = {
        "x": alt.X("gamma:O", title="gamma", axis=alt.Axis(labelAngle=0)),
        "y": alt.Y("where:N", title="gate", sort=list(dict.fromkeys(table["where"]))),
    }
    scale = alt.Scale(domain=[-0.1, 0, 0.1], range=[BROWN, "#f4f4f4", CYAN], clamp=True, interpolate="rgb")
    color = alt.Color("gain:Q", title=title, scale=scale, legend=alt.Legend(format="+.0%", titleLimit=300))
    tooltip = ["where", "gamma", *tips(["gain"], "+.3f")]
    words = cells.mark_text(color="#111").encode(**place, text=alt.Text("gain:Q", format="+.3f"))
    drawn = cells.mark_rect().encode(**place, color=color, tooltip=tooltip) + words
    return described(drawn.add_params(menu(table, "task"), menu(table, "stage", start=-1)), description, alt.Step(34))
