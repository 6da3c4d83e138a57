"""Charts of chapter 2: how base- and RL-written tokens differ, score by score."""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
from jaxtyping import Real

from rlvr_direction.press.plots.menus import menu

__all__ = ["SOURCES", "areas", "glance", "histogram", "histograms", "leads", "roles", "update_path"]

SOURCES = alt.Scale(domain=["base", "rl"], range=["#4c78a8", "#e45756"])
LABELS = {
    "delta_logp": "delta_logp",
    "entropy_base": "entropy of the base",
    "entropy_rl": "entropy of RL",
    "kl_base_rl": "KL(base || rl)",
    "kl_rl_base": "KL(rl || base)",
    "logp_base": "logp under the base",
    "logp_rl": "logp under RL",
    "length": "length",
}
HEIGHT = 220
LOG_AXIS = alt.Axis(format="~g", tickCount=5, grid=False)


def histograms(samples: Mapping[str, Real[np.ndarray, " n"]], *, bins: int = 60) -> pd.DataFrame:
    """Samples counted in common bins of equal width: `sample, low, high, count, density`, one row per sample and bin.

    The density is a share per unit of the values, so that each sample's bins sum to an area of 1.
    """
    edges = np.histogram_bin_edges(np.concatenate(list(samples.values())), bins)
    tables = []
    for name, values in samples.items():
        count, _ = np.histogram(values, edges)
        bin_ = {"low": edges[:-1], "high": edges[1:], "count": count, "density": count / len(values) / np.diff(edges)}
        tables.append(pd.DataFrame({"sample": name, **bin_}))
    return pd.concat(tables, ignore_index=True)


def update_path(table: pd.DataFrame) -> alt.Chart:
    """delta_logp (nats) of each token of a small vocabulary, under a slider that moves the policy from base to RL.

    Columns: `token, step (0 to 1), delta_logp, probability`.
    """
    step = alt.param(
        name="step", value=1, bind=alt.binding_range(min=0, max=1, step=0.1, name="from base (0) to RL (1): ")
    )
    span = float(table["delta_logp"].abs().max()) * 1.1
    return (
        alt.Chart(table)
        .mark_bar(size=34)
        .encode(
            x=alt.X("delta_logp:Q", title="delta_logp (nats)", scale=alt.Scale(domain=[-span, span])),
            y=alt.Y("token:N", title="token"),
            color=alt.condition("datum.delta_logp < 0", alt.value("#4c78a8"), alt.value("#e45756")),
            tooltip=["token", alt.Tooltip("probability:Q", format=".3f"), alt.Tooltip("delta_logp:Q", format="+.3f")],
        )
        .add_params(step)
        .transform_filter("abs(datum.step - step) < 0.05")
        .properties(
            width="container",
            height=150,
            description="delta_logp of three tokens as the policy moves from base to RL: the token RL favours grows to "
            "the right, the one it suppresses to the left, and one stays at zero.",
        )
    )


def histogram(counts: pd.DataFrame, quantity: str, description: str) -> alt.Chart:
    """Density of one quantity on base- and on RL-written tokens, log axis, a task chosen from a menu.

    Columns: `task, sample (base or rl), low, high, count, density`; a line ends at an empty bin.
    """
    task = menu(counts, "task")
    return (
        alt.Chart(counts.assign(density=counts["density"].where(counts["count"] > 0)))
        .mark_line(interpolate="step", strokeWidth=2, point={"size": 12})
        .encode(
            x=alt.X("middle:Q", title=f"{LABELS[quantity]} (nats)"),
            y=alt.Y("density:Q", title="density a nat", scale=alt.Scale(type="log"), axis=LOG_AXIS),
            color=alt.Color("sample:N", title="written by", scale=SOURCES),
            tooltip=["sample", alt.Tooltip("low:Q", format=".2f"), alt.Tooltip("high:Q", format=".2f"), "count"],
        )
        .add_params(task)
        .transform_filter("datum.task == task")
        .transform_calculate(middle="(datum.low + datum.high) / 2")
        .properties(width="container", height=HEIGHT, description=description)
    )


def areas(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Oriented AUROC of every score with its interval, a colour a task.

    Columns: `task, score, auroc, low, high, overlap`; .5 separates nothing.
    """
    named = table.assign(score=table["score"].map(LABELS))
    order = list(named.groupby("score")["auroc"].max().sort_values(ascending=False).index)
    encoding = {
        "y": alt.Y("score:N", sort=order, title=None),
        "yOffset": alt.YOffset("task:N"),
        "color": alt.Color("task:N", title="task", scale=alt.Scale(range=["#4c78a8", "#f58518"])),
    }
    tooltip = ["task", "score", *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("auroc", "low", "high"))]
    axis = alt.X("low:Q", title="oriented AUROC (95 % interval)", scale=alt.Scale(domain=[0.5, 1.0]))
    intervals = alt.Chart(named).mark_rule(strokeWidth=2).encode(x=axis, x2="high:Q", **encoding)
    points = (
        alt.Chart(named).mark_point(filled=True, size=60, opacity=1).encode(x="auroc:Q", tooltip=tooltip, **encoding)
    )
    return (intervals + points).properties(width="container", height=alt.Step(16), description=description)


def leads(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """The lead of delta_logp over its best rival for each RL seed, with intervals; above 0 it wins.

    Columns: `task, level, rl_seed, auroc, low, high`, the lead in `auroc`.
    """
    rows = table.assign(run=table["task"] + ", " + table["level"])
    color = alt.Color("run:N", title="task, unit")
    x = alt.X("rl_seed:N", title="RL seed", axis=alt.Axis(labelAngle=0))
    offset = alt.XOffset("run:N")
    y = alt.Y("low:Q", title="lead in AUROC", scale=alt.Scale(zero=True))
    tooltip = ["run", "rl_seed", *(alt.Tooltip(f"{name}:Q", format="+.4f") for name in ("auroc", "low", "high"))]
    intervals = alt.Chart(rows).mark_rule(strokeWidth=2).encode(x=x, xOffset=offset, y=y, y2="high:Q", color=color)
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=60, opacity=1)
        .encode(x=x, xOffset=offset, y="auroc:Q", color=color, tooltip=tooltip)
    )
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(strokeDash=[4, 4], color="#888").encode(y="y:Q")
    return (zero + intervals + points).properties(width="container", height=HEIGHT, description=description)


def roles(table: pd.DataFrame, description: str) -> alt.Chart:
    """How often the update moves a token of each role by more than a threshold, by who wrote it.

    Columns: `task, source, role, share, n`.
    """
    task = menu(table, "task")
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="share of tokens that move", axis=alt.Axis(format="%")),
            y=alt.Y("role:N", title=None, sort="-x"),
            yOffset=alt.YOffset("source:N"),
            color=alt.Color("source:N", title="written by", scale=SOURCES),
            tooltip=["role", "source", alt.Tooltip("share:Q", format=".1%"), "n"],
        )
        .add_params(task)
        .transform_filter("datum.task == task")
        .properties(width="container", height=alt.Step(14), description=description)
    )


def glance(counts: pd.DataFrame, strip: pd.DataFrame) -> alt.VConcatChart:
    """The chapter in one picture: a histogram of each quantity side by side, and two texts token by token below.

    Columns of `counts`: `quantity, sample, low, high, count, density`; of `strip`: `source, position, token,
    delta_logp`.
    """
    panels = [_panel(rows, quantity) for quantity, rows in counts.groupby("quantity", sort=False)]
    texts = strip.assign(shown=strip["token"].replace({"\n": "⏎", "<eos>": "∎"}))
    place = {
        "x": alt.X("position:O", axis=None),
        "y": alt.Y("source:N", title="written by", sort=["base", "rl"]),
    }
    color = alt.Color(
        "delta_logp:Q",
        title="delta_logp (nats)",
        scale=alt.Scale(domain=[-2, 0, 2], range=["#e2622c", "#ffffff", "#2b70c9"], clamp=True, interpolate="rgb"),
        legend=alt.Legend(titleLimit=200, gradientLength=50),
    )
    boxes = alt.Chart(texts).mark_rect().encode(**place, color=color)
    letters = alt.Chart(texts).mark_text(font="monospace", fontSize=13).encode(**place, text="shown:N")
    row = (boxes + letters).properties(width=720, height=64)
    return (
        alt.vconcat(alt.hconcat(*panels), row)
        .resolve_scale(color="independent")
        .configure(background="white")
        .properties(
            description="Histograms of delta_logp, entropy and KL for tokens of the base and of RL; two solutions."
        )
    )


def _panel(counts: pd.DataFrame, quantity: str) -> alt.Chart:
    return (
        alt.Chart(counts.assign(density=counts["density"].where(counts["count"] > 0)))
        .mark_line(interpolate="step", point={"size": 8}, strokeWidth=1.5)
        .transform_calculate(middle="(datum.low + datum.high) / 2")
        .encode(
            x=alt.X("middle:Q", title=f"{LABELS[quantity]} (nats)"),
            y=alt.Y("density:Q", title="density a nat", scale=alt.Scale(type="log"), axis=LOG_AXIS),
            color=alt.Color("sample:N", title="written by", scale=SOURCES),
        )
        .properties(width=200, height=150)
    )
