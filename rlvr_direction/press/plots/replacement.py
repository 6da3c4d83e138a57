"""Charts of chapter 3: the closed form, accuracy against what was replaced, and leads with intervals."""

import altair as alt
import pandas as pd

from rlvr_direction.press.plots.menus import menu

__all__ = ["curves", "forest", "mixture", "values"]

HEIGHT = 280
NAMES = {
    "delta_logp": "delta_logp",
    "kl_rl_base": "KL(rl || base)",
    "entropy_base": "entropy of the base",
    "random": "at random",
    "abs_delta_logp": "|delta_logp|",
    "logp_base": "logp under the base",
    "logp_rl": "logp under RL",
    "gap_to_rl_argmax": "gap to RL's favourite",
    "mass": "mass of delta_logp",
    "coin": "matched coin",
}
KINDS = {
    **dict.fromkeys(("delta_logp", "abs_delta_logp", "logp_base", "logp_rl", "gap_to_rl_argmax"), "the token"),
    **dict.fromkeys(("kl_rl_base", "entropy_base", "mass"), "the position"),
    **dict.fromkeys(("random", "coin"), "neither"),
}


def mixture(table: pd.DataFrame, description: str) -> alt.Chart:
    """Probabilities of a small vocabulary under base, RL and the mixed policy, under a slider for the threshold.

    Columns: `threshold, policy, token, probability`.
    """
    thresholds = sorted(table["threshold"].unique())
    step = round(thresholds[1] - thresholds[0], 6)
    bind = alt.binding_range(min=thresholds[0], max=thresholds[-1], step=step, name="threshold (nats): ")
    threshold = alt.param(name="threshold", value=-0.3, bind=bind)
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X("probability:Q", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("token:N", title="token"),
            yOffset=alt.YOffset("policy:N", sort=["base", "mixed", "RL"]),
            color=alt.Color("policy:N", sort=["base", "mixed", "RL"], title="policy"),
            tooltip=["policy", "token", alt.Tooltip("probability:Q", format=".3f")],
        )
        .add_params(threshold)
        .transform_filter(f"abs(datum.threshold - threshold) < {step / 2}")
        .properties(width="container", height=alt.Step(14), description=description)
    )


def curves(table: pd.DataFrame, of: str, description: str) -> alt.LayerChart:
    """Accuracy against the share of tokens selected or changed, a line a criterion, a task chosen from a menu.

    A mark's shape says whether the criterion looks at the token or at its position. Columns: `task, family, selected,
    changed, accuracy, low, high`; the ends "nowhere" and "everywhere" are rules.
    """
    task = menu(table, "task")
    named = table.assign(criterion=table["family"].map(NAMES), looks_at=table["family"].map(KINDS))
    lines = alt.Chart(named[named["criterion"].notna()]).transform_filter("datum.task == task")
    x = alt.X(f"{of}:Q", title=f"share of tokens {of}", scale=alt.Scale(type="symlog", constant=0.02))
    x.axis = alt.Axis(format="%", values=[0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1])
    color = alt.Color("criterion:N", title="criterion", sort=list(NAMES.values()), scale=alt.Scale(scheme="tableau10"))
    tooltip = ["criterion", alt.Tooltip(f"{of}:Q", format=".1%"), alt.Tooltip("accuracy:Q", format=".3f")]
    y = alt.Y("accuracy:Q", title="accuracy (95 % interval)", scale=alt.Scale(zero=True))
    shape = alt.Shape("looks_at:N", title="looks at", sort=list(dict.fromkeys(KINDS.values())))
    drawn = lines.mark_line(strokeWidth=1.5).encode(x=x, y=y, color=color)
    points = lines.mark_point(filled=True, size=45, opacity=1).encode(
        x=x, y=y, color=color, shape=shape, tooltip=tooltip
    )
    bars = lines.mark_rule().encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=color)
    ends = alt.Chart(named[named["family"].isin(["nowhere", "everywhere"])]).transform_filter("datum.task == task")
    rules = ends.mark_rule(strokeDash=[5, 4], color="#888").encode(y="accuracy:Q")
    return (
        (rules + bars + drawn + points)
        .add_params(task)
        .properties(width="container", height=HEIGHT, description=description)
    )


def forest(table: pd.DataFrame, title: str, description: str) -> alt.LayerChart:
    """Differences with their intervals, a row each, a colour a task. Columns: `task, name, value, low, high`."""
    rows = table.assign(label=table["name"].map(lambda name: NAMES.get(name, name)))
    order = list(dict.fromkeys(rows["label"]))
    place = {
        "y": alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=360)),
        "yOffset": alt.YOffset("task:N"),
    }
    color = alt.Color("task:N", title="task", scale=alt.Scale(range=["#4c78a8", "#f58518"]))
    tooltip = ["task", "label", *(alt.Tooltip(f"{name}:Q", format="+.3f") for name in ("value", "low", "high"))]
    bars = (
        alt.Chart(rows)
        .mark_rule(strokeWidth=2)
        .encode(x=alt.X("low:Q", title=title), x2="high:Q", color=color, **place)
    )
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=60, opacity=1)
        .encode(x="value:Q", color=color, tooltip=tooltip, **place)
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(strokeDash=[4, 4], color="#888").encode(x="x:Q")
    return (zero + bars + points).properties(width="container", height=alt.Step(16), description=description)


def values(table: pd.DataFrame, description: str) -> alt.Chart:
    """How much each first replaced token moved the base's chance of a right answer, by role. Columns: `role, value`."""
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X("value:Q", bin=alt.Bin(step=0.1), title="change of the chance of a right answer"),
            y=alt.Y("count():Q", title="replaced tokens"),
            color=alt.Color("role:N", title="role of the proposal"),
            tooltip=["role", "count()"],
        )
        .properties(width="container", height=200, description=description)
    )
