"""Charts of chapter 6: reward along gamma, gains by gamma and gate, time travel, and rewards of whole responses."""

import altair as alt
import pandas as pd

from rlvr_direction.palette import BROWN, CYAN, GOLD, GREY, OLIVE, RL, ROSE, SLATE, VIOLET
from rlvr_direction.press.plots.shared import (
    chosen,
    described,
    intervals,
    menu,
    reference,
    slider,
    strokes,
    tips,
    views,
)

__all__ = ["NAMES", "ahead", "gain_map", "rankings", "rewards", "selections", "travel"]

MENUS = ("task", "over", "sampling", "stage")
WAYS = {  # of choosing one response: its colour and dash
    "the sum of delta_logp": (VIOLET, [1, 0]),
    "its mean": (CYAN, [1, 0]),
    "its minimum": (ROSE, [1, 0]),
    "its last token": (OLIVE, [1, 0]),
    "the sum of RL's log-probability": (GOLD, [1, 0]),
    "the mean of RL's log-probability": (GOLD, [6, 3]),
    "majority vote": (SLATE, [1, 0]),
    "verifier (pass@n)": (GREY, [6, 3]),
}

NAMES = {  # of the ways, for the columns of the study `rewards`
    "sum": "the sum of delta_logp",
    "mean": "its mean",
    "minimum": "its minimum",
    "last": "its last token",
    "sum_logp_rl": "the sum of RL's log-probability",
    "mean_logp_rl": "the mean of RL's log-probability",
    "majority": "majority vote",
    "verifier": "verifier (pass@n)",
}
VIEWS = {  # which of them are seen together
    "beside a vote and a verifier": [
        "the sum of delta_logp",
        "the mean of RL's log-probability",
        "majority vote",
        "verifier (pass@n)",
    ],
    "beside RL's log-probability": [
        "the sum of delta_logp",
        "its minimum",
        "the sum of RL's log-probability",
        "the mean of RL's log-probability",
    ],
    "delta_logp in four ways": ["the sum of delta_logp", "its mean", "its minimum", "its last token"],
}
TRAVELLERS = {  # who is seen at a step of RL: colour and dash
    "RL": (RL, [1, 0]),
    "RL after twice as many": (RL, [6, 3]),
    "gamma 1": (VIOLET, [1, 0]),
    "gamma 1, token by token": (VIOLET, [1, 0]),
    "gamma 1, whole responses": (ROSE, [1, 0]),
}


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


def gain_map(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """One cell per gamma and gate with its gain in points, which colours it; menus choose the other columns there are.

    Gates stand from the lowest threshold to the one that fires everywhere. A narrow chart rounds the numbers, so that
    they fit their cells.

    Columns: `where, gamma, gain` (a fraction), and of `task, over, sampling, stage` those that vary.
    """
    menus = [column for column in MENUS if column in table]
    cells = chosen(table, *menus)
    place = {
        "x": alt.X("gamma:O", title="gamma", axis=alt.Axis(labelAngle=0)),
        "y": alt.Y("where:N", title="gate", sort=sorted(set(table["where"]), key=_threshold)),
    }
    most = max(float(table["gain"].abs().max()), 0.01)
    scale = alt.Scale(type="symlog", constant=0.02, domain=[-most, 0, most], range=[BROWN, "#f4f4f4", CYAN])
    legend = alt.Legend(
        labelExpr="format(100 * datum.value, '+.0f')",
        values=[at for at in (-0.5, -0.1, 0, 0.1, 0.5) if abs(at) <= most],
    )
    color = alt.Color("gain:Q", title="gain (points)", scale=scale, legend=legend)
    tooltip = ["where", "gamma", *tips(["gain"], "+.3f")]
    words = cells.transform_calculate(points="format(100 * datum.gain, width < 320 ? '+.0f' : '+.1f')")
    words = words.mark_text(color="#111").encode(**place, text="points:N")
    drawn = cells.mark_rect().encode(**place, color=color, tooltip=tooltip) + words
    return described(drawn.add_params(*(menu(table, column) for column in menus)), description, alt.Step(34))


def _threshold(gate: str) -> float:
    """The threshold that a gate's name ends on; infinite for one without, which fires everywhere."""
    return float(gate.partition("<=")[2] or "inf")


def ahead(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Accuracy by step of RL: RL there, and what else stands beside it; menus choose task and sampling.

    Columns: `task, step, who, accuracy` and, if wanted, `sampling`; `who` is one of `TRAVELLERS`.
    """
    menus, there = [name for name in ("task", "sampling") if name in table], set(table["who"])
    rows = chosen(table, *menus)
    look = strokes("who", "", {name: look for name, look in TRAVELLERS.items() if name in there})
    x, y = alt.X("step:Q", title="rollouts of RL"), alt.Y("accuracy:Q", scale=alt.Scale(zero=False))
    tooltip = ["who", "step", *tips(["accuracy"], ".3f")]
    lines = rows.mark_line(strokeWidth=2).encode(x=x, y=y, **look)
    points = rows.mark_point(filled=True, size=40, opacity=1).encode(x=x, y=y, color=look["color"], tooltip=tooltip)
    return described((lines + points).add_params(*(menu(table, column) for column in menus)), description)


def travel(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Accuracy against KL to the base: RL's own way as a line, and what each gamma makes of the step on the slider.

    Columns: `task, sampling, step, gamma, kl, accuracy`; gamma 0 is RL alone. Menus choose task and sampling.
    """
    menus = ("task", "sampling")
    steps = sorted(float(at) for at in table.loc[table["gamma"] > 0, "step"].unique())
    step = slider("step", steps[0], steps[-1], step=steps[1] - steps[0], start=steps[1], label="rollouts of RL")
    place = {
        "x": alt.X("kl:Q", title="KL to the base (nats a response)", scale=alt.Scale(type="symlog")).axis(
            values=[0, 0.5, 1, 2, 5, 10, 20, 50, 100]
        ),
        "y": alt.Y("accuracy:Q", title="accuracy", scale=alt.Scale(zero=False)),
    }
    tooltip = ["step", "gamma", *tips(["kl"], ".2f"), *tips(["accuracy"], ".3f")]
    rows = chosen(table, *menus)
    names = {"RL, trained on": (RL, [1, 0]), "extrapolated, by gamma": (VIOLET, [4, 3])}
    look, (trained, beyond_it) = strokes("who", "", names), names
    alone = rows.transform_filter("datum.gamma == 0").transform_calculate(who=f"'{trained}'")
    way = alone.mark_line(strokeWidth=1.5).encode(**place, **look, order="step:Q")
    dots = alone.mark_point(filled=True, color=RL, size=30, opacity=1).encode(**place, tooltip=tooltip)
    tilted = rows.transform_filter("datum.step == step").transform_calculate(who=f"'{beyond_it}'")
    beyond = tilted.mark_line().encode(**place, **look, order="gamma:Q")
    points = tilted.mark_point(filled=True, color=VIOLET, size=70, opacity=1).encode(**place, tooltip=tooltip)
    words = tilted.mark_text(align="left", dx=7, dy=-7).encode(**place, text=alt.Text("gamma:Q", format="~g"))
    drawn = (way + dots + beyond + points + words).add_params(*(menu(table, column) for column in menus), step)
    return described(drawn.configure_legend(orient="top"), description, 280)


def rankings(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """How well each reward ranks the responses of one problem, by stage of RL; menus choose task and writer.

    Columns: `task, writer, stage, way, auroc, low, high`.
    """
    y = alt.Y("low:Q", title="within-problem AUROC (95 % interval)", scale=alt.Scale(zero=False))
    x = alt.X("stage:O", title="rollouts of RL", axis=alt.Axis(labelAngle=0))
    return described(
        reference("y", 0.5) + _ways(table, ("task", "writer"), "auroc", x, y, title="ranked by"), description, 280
    )


def selections(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Accuracy of the one response that each way chooses of n; menus choose task, writer and stage.

    Columns: `task, writer, stage, way, n, accuracy, low, high`.
    """
    y = alt.Y("low:Q", title="accuracy (95 % interval)", scale=alt.Scale(zero=False))
    x = alt.X("n:O", title="responses to choose from", axis=alt.Axis(labelAngle=0))
    lines = _ways(table, ("task", "writer", "stage"), "accuracy", x, y, title="chosen by")
    return described(lines, description, 280)


def _ways(table: pd.DataFrame, menus: tuple[str, ...], value: str, x: alt.X, y: alt.Y, *, title: str) -> alt.LayerChart:
    """One line with intervals per way of looking at a response, under a title, in views whose ways are all there."""
    there = set(table["way"])
    seen = views("way", {name: ways for name, ways in VIEWS.items() if there.issuperset(ways)})
    look = strokes("way", title, {name: WAYS[name] for name in WAYS if name in there}, seen.legend)
    rows = chosen(table, *menus).transform_filter(seen.rows)
    tooltip = ["way", x.shorthand.split(":")[0], *tips((value, "low", "high"), ".3f")]
    lines = rows.mark_line(strokeWidth=1.8).encode(x=x, y=f"{value}:Q", **look)
    points = intervals(rows, value, y, tooltip=tooltip, x=x, color=look["color"])
    return (lines + points).add_params(seen.parameter, *(menu(table, column) for column in menus))
