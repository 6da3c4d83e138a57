"""Charts of chapter 2: how tokens that the base wrote differ from tokens that RL wrote, score by score."""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
from jaxtyping import Real

from rlvr_direction.lab.claims.wording import score_in_words
from rlvr_direction.palette import LESS_LIKELY, LIKELIER
from rlvr_direction.press.plots.shared import (
    NEUTRAL,
    SOURCES,
    chosen,
    described,
    intervals,
    menu,
    reference,
    slider,
    task_color,
    task_shape,
    tips,
)

__all__ = ["areas", "density", "histogram", "histograms", "leads", "roles", "update_path"]

LOG_AXIS = alt.Axis(format="~g", tickCount=5, grid=False)


def histograms(samples: Mapping[str, Real[np.ndarray, " n"]], *, bins: int = 60) -> pd.DataFrame:
    """Count samples in common bins of equal width. Columns: `sample, low, high, count, density`; one row per bin.

    The density is a share per unit of the values, so the bins of each sample have an area of 1.
    """
    edges = np.histogram_bin_edges(np.concatenate(list(samples.values())), bins)
    tables = []
    for name, values in samples.items():
        count, _ = np.histogram(values, edges)
        bin_ = {"low": edges[:-1], "high": edges[1:], "count": count, "density": count / len(values) / np.diff(edges)}
        tables.append(pd.DataFrame({"sample": name, **bin_}))
    return pd.concat(tables, ignore_index=True)


def update_path(table: pd.DataFrame) -> alt.Chart:
    """delta_logp (nats) of each token of a small vocabulary, with a slider that moves the policy from base to RL.

    Columns: `token, step (0 to 1), delta_logp, probability`.
    """
    step = slider("step", 0.0, 1.0, step=0.1, start=1.0, label="from base (0) to RL (1)")
    span = float(table["delta_logp"].abs().max()) * 1.1
    bars = alt.Chart(table).mark_bar(size=34).add_params(step).transform_filter("abs(datum.step - step) < 0.05")
    bars = bars.encode(
        x=alt.X("delta_logp:Q", title="delta_logp (nats)", scale=alt.Scale(domain=[-span, span])),
        y=alt.Y("token:N", title="token"),
        color=alt.condition("datum.delta_logp < 0", alt.value(LESS_LIKELY), alt.value(LIKELIER)),
        tooltip=["token", *tips(["probability"], ".3f"), *tips(["delta_logp"], "+.3f")],
    )
    words = (
        "delta_logp of three tokens as the policy moves from base to RL: the token RL favours grows to the right, the "
        "one it suppresses to the left, and the third hardly moves."
    )
    return described(bars, words, 150)


def density(counts: pd.DataFrame, quantity: str) -> alt.Chart:
    """The axes and colours of a histogram of one quantity, without a mark. Columns as `histograms` gives them."""
    rows = counts.assign(density=counts["density"].where(counts["count"] > 0))
    chart = alt.Chart(rows).transform_calculate(middle="(datum.low + datum.high) / 2")
    return chart.encode(
        x=alt.X("middle:Q", title=f"{score_in_words(quantity)} (nats)"),
        y=alt.Y("density:Q", title="density per nat", scale=alt.Scale(type="log"), axis=LOG_AXIS),
        color=alt.Color("sample:N", title="written by", scale=SOURCES),
    )


def histogram(counts: pd.DataFrame, quantity: str, description: str) -> alt.Chart:
    """Density of one quantity on tokens written by base and by RL, on a log axis; a menu chooses the task.

    Columns: `task, sample (base or rl), low, high, count, density`; a line breaks at an empty bin.
    """
    tooltip = ["sample", *tips(("low", "high"), ".2f"), "count"]
    lines = density(counts, quantity).mark_line(interpolate="step", strokeWidth=2, point={"size": 12})
    lines = lines.encode(tooltip=tooltip).add_params(menu(counts, "task")).transform_filter("datum.task == task")
    return described(lines, description, 220)


def areas(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Oriented AUROC of every score with its interval, one colour per task.

    Columns: `task, score, value, low, high, overlap`; at 0.5 a score separates nothing.
    """
    named = table.assign(score=table["score"].map(score_in_words))
    order = list(named.groupby("score")["value"].max().sort_values(ascending=False).index)
    place = {
        "y": alt.Y("score:N", sort=order, title=None, axis=alt.Axis(labelLimit=260)),
        "yOffset": alt.YOffset("task:N"),
        "color": task_color(table),
    }
    tooltip = ["task", "score", *tips(("value", "low", "high"), ".3f")]
    x = alt.X("low:Q", title="oriented AUROC (95 % interval)", scale=alt.Scale(domain=[0.5, 1.0]))
    points = intervals(alt.Chart(named), "value", x, tooltip=tooltip, shape=task_shape(table), **place)
    return described(points, description, alt.Step(16))


def leads(table: pd.DataFrame, along: str, description: str) -> alt.LayerChart:
    """The lead of a score over its best rival in each `along` ("cell" or "seed"); a menu has the claims.

    Columns: `claim, task, unit, value, low, high` and that of `along`; above 0 the claim holds. One shape per unit.
    """
    rows = table.assign(run=table["task"] + ", " + table["unit"])
    place = {
        "y": alt.Y(f"{along}:N", title=None, sort=list(table[along].unique())),
        "yOffset": alt.YOffset("run:N"),
        "color": task_color(table),
    }
    x = alt.X("low:Q", title="lead in AUROC (95 % interval)", scale=alt.Scale(zero=True))
    tooltip = ["run", along, *tips(("value", "low", "high"), "+.3f")]
    shape = alt.Shape("unit:N", title="unit", legend=NEUTRAL)
    shown = chosen(rows, "claim").add_params(menu(table, "claim"))
    points = intervals(shown, "value", x, tooltip=tooltip, shape=shape, **place)
    return described(reference("x") + points, description, alt.Step(9))


def roles(table: pd.DataFrame, description: str) -> alt.Chart:
    """How often the update moves a token of each role by more than a threshold, by the model that wrote it.

    Columns: `task, source, role, share, n`.
    """
    bars = chosen(table, "task").mark_bar()
    bars = bars.encode(
        x=alt.X("share:Q", title="share of tokens that move", axis=alt.Axis(format="%")),
        y=alt.Y("role:N", title=None, sort="-x"),
        yOffset=alt.YOffset("source:N"),
        color=alt.Color("source:N", title="written by", scale=SOURCES),
        tooltip=["role", "source", *tips(["share"], ".1%"), "n"],
    )
    return described(bars.add_params(menu(table, "task")), description, alt.Step(14))
