"""Charts of chapter 5: expected reward along gamma, and maps of gains over gamma, gate and training stage."""

import altair as alt
import pandas as pd

from rlvr_direction.palette import BROWN, CYAN, GOLD, VIOLET
from rlvr_direction.press.plots.shared import chosen, described, menu

__all__ = ["gain_map", "rewards"]


def rewards(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Expected reward against gamma, a line per case, with a slider that reads a gamma off.

    Columns: `case, gamma, reward`; gamma -1 is the base, 0 is RL.
    """
    low, high = float(table["gamma"].min()), float(table["gamma"].max())
    bind = alt.binding_range(min=low, max=high, step=0.1, name="gamma: ")
    gamma = alt.param(name="gamma", value=0.0, bind=bind)
    legend = alt.Legend(orient="top", labelLimit=400)
    place = {
        "x": alt.X("gamma:Q", title="gamma (-1 is the base, 0 is RL)"),
        "y": alt.Y("reward:Q", title="expected reward", scale=alt.Scale(zero=False)),
    }
    color = alt.Color("case:N", title=None, legend=legend, scale=alt.Scale(range=[VIOLET, GOLD]))
    dash = alt.StrokeDash("case:N", legend=None)
    lines = alt.Chart(table).mark_line(strokeWidth=2).encode(**place, color=color, strokeDash=dash)
    at = alt.Chart(table).transform_filter("abs(datum.gamma - gamma) < 0.05")
    tooltip = ["case", alt.Tooltip("gamma:Q", format=".1f"), alt.Tooltip("reward:Q", format=".4f")]
    points = at.mark_point(filled=True, size=90, opacity=1).encode(**place, color=color, tooltip=tooltip)
    words = at.mark_text(align="left", dx=8, dy=-8).encode(**place, text=alt.Text("reward:Q", format=".3f"))
    return described((lines + points + words).add_params(gamma), description)


def gain_map(table: pd.DataFrame, title: str, description: str) -> alt.LayerChart:
    """A cell per gamma and gate, coloured by its gain in points; task and stage are chosen from menus.

    Columns: `task, stage, where, gamma, gain` (a fraction).
    """
    cells = chosen(table, "task", "stage")
    place = {
        "x": alt.X("gamma:O", title="gamma", axis=alt.Axis(labelAngle=0)),
        "y": alt.Y("where:N", title="gate", sort=list(dict.fromkeys(table["where"]))),
    }
    scale = alt.Scale(domain=[-0.1, 0, 0.1], range=[BROWN, "#f4f4f4", CYAN], clamp=True, interpolate="rgb")
    color = alt.Color("gain:Q", title=title, scale=scale, legend=alt.Legend(format="+.0%", titleLimit=300))
    tooltip = ["where", "gamma", alt.Tooltip("gain:Q", format="+.3f")]
    words = cells.mark_text(color="#111").encode(**place, text=alt.Text("gain:Q", format="+.3f"))
    drawn = cells.mark_rect().encode(**place, color=color, tooltip=tooltip) + words
    return described(drawn.add_params(menu(table, "task"), menu(table, "stage", start=-1)), description, alt.Step(34))
