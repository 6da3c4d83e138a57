"""Charts of chapter 3: the closed form, accuracy against the share replaced, and leads with intervals."""

import altair as alt
import pandas as pd

from rlvr_direction.lab.claims.wording import in_words, score_in_words
from rlvr_direction.palette import BASE, CYAN, GOLD, GREY, OLIVE, RL, ROSE, VIOLET
from rlvr_direction.press.plots.shared import (
    NEUTRAL,
    chosen,
    described,
    intervals,
    menu,
    reference,
    slider,
    strokes,
    task_color,
    task_shape,
    tips,
    views,
)

__all__ = ["curves", "forest", "mixture", "values"]

POLICIES = alt.Scale(domain=["base", "mixed", "RL"], range=[BASE, CYAN, RL])
LOOKS_AT = ["the token", "the position", "neither"]
# for each criterion: what it looks at, and the colour and dash of its line
STYLES = {
    "delta_logp": ("the token", VIOLET, [1, 0]),
    "kl_rl_base": ("the position", ROSE, [1, 0]),
    "entropy_base": ("the position", OLIVE, [1, 0]),
    "random": ("neither", GREY, [1, 0]),
    "abs_delta_logp": ("the token", VIOLET, [6, 3]),
    "logp_base": ("the token", GOLD, [2, 2]),
    "logp_rl": ("the token", GOLD, [1, 0]),
    "gap_to_rl_argmax": ("the token", GOLD, [6, 3]),
    "mirrored": ("the token", OLIVE, [6, 3]),
    "mass": ("the position", VIOLET, [2, 2]),
    "coin": ("neither", GREY, [6, 3]),
}
VIEWS = {  # which of them are seen together
    "the paper's criteria": ["delta_logp", "kl_rl_base", "entropy_base", "random"],
    "is it the sign?": ["delta_logp", "mirrored", "mass", "coin"],
    "does one model do?": ["delta_logp", "logp_rl", "logp_base", "gap_to_rl_argmax"],
    "is it the size?": ["delta_logp", "abs_delta_logp"],
}
COUNTS = ["selected", "changed"]
LINES = {"nowhere": "base alone", "everywhere": "RL alone", "cold rl": "cold RL"}


def mixture(table: pd.DataFrame, description: str) -> alt.Chart:
    """Probabilities of a small vocabulary under base, RL and the mixed policy, with a slider for the threshold.

    Columns: `threshold, policy, token, probability`.
    """
    thresholds = sorted(table["threshold"].unique())
    step = round(thresholds[1] - thresholds[0], 6)
    threshold = slider("threshold", thresholds[0], thresholds[-1], step=step, start=-0.3, label="threshold (nats)")
    nearest = f"abs(datum.threshold - threshold) < {step / 2}"
    bars = alt.Chart(table).mark_bar().add_params(threshold).transform_filter(nearest)
    bars = bars.encode(
        x=alt.X("probability:Q", scale=alt.Scale(domain=[0, 1])),
        y=alt.Y("token:N", title="token"),
        yOffset=alt.YOffset("policy:N", sort=POLICIES.domain),
        color=alt.Color("policy:N", title="policy", scale=POLICIES),
        tooltip=["policy", "token", *tips(["probability"], ".3f")],
    )
    return described(bars, description, alt.Step(14))


def curves(table: pd.DataFrame, of: str | None, description: str, *, bars: bool = True) -> alt.LayerChart:
    """Accuracy against the share of tokens selected or changed, one line per criterion; menus choose task and `cell`.

    Where `of` is None, a menu chooses which of the two shares is counted. Where there are more than four criteria,
    another one chooses which of them are seen together.
    The shape of a mark says whether the criterion looks at the token or at its position. Columns: `task, family,
    selected, changed, accuracy, low, high`, and `cell` if there are several; the families in `LINES` are horizontal.
    Without `bars` an interval is in the tooltip of its point alone, for tables of few problems, whose bars would cover
    each other.
    """
    menus = [column for column in ("task", "cell") if column in table]
    ends = table["family"].isin(list(LINES))
    there = [family for family in STYLES if family in set(table["family"])]
    compared = {name: [family for family in group if family in there] for name, group in VIEWS.items()}
    named_views = {name: list(map(in_words, group)) for name, group in compared.items() if len(group) > 1}
    seen = views("criterion", named_views) if len(there) > 4 else None
    looks = {in_words(family): STYLES[family][1:] for family in there}
    look = strokes("criterion", "criterion", looks, seen and seen.legend)
    named = table[~ends].assign(
        criterion=lambda rows: [in_words(family) for family in rows["family"]],
        looks_at=lambda rows: [STYLES[family][0] for family in rows["family"]],
    )
    scale = alt.Scale(type="symlog", constant=0.02)
    counted = of or "selected or changed"
    x = alt.X("share:Q", title=f"share of tokens {counted} (logarithmic above 2 %)", scale=scale).axis(
        format="%", values=[0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1]
    )
    tooltip = ["criterion", *tips([of] if of else COUNTS, ".1%")]
    tooltip += tips(["accuracy", *([] if bars else ["low", "high"])], ".3f")
    rows = chosen(named, *menus).transform_calculate(share=f"datum.{of}" if of else "datum[count]")
    rows = rows.transform_filter(seen.rows) if seen else rows
    lines = rows.mark_line(strokeWidth=1.5).encode(x=x, y="accuracy:Q", **look)
    points = (_barred if bars else _bare)(rows, x=x, color=look["color"], tooltip=tooltip)
    alone = table[ends].assign(name=lambda rows: [LINES[family] for family in rows["family"]])
    rules = chosen(alone, *menus).mark_rule(strokeDash=[5, 4], color="#888")
    rules = rules.encode(y="accuracy:Q", tooltip=["name", *tips(["accuracy"], ".3f")])
    above = alt.expr("datum.family == 'everywhere' ? -6 : 9")
    words = chosen(alone, *menus).mark_text(align="left", dx=3, dy=above, color="#888")
    words = words.encode(y="accuracy:Q", x=alt.value(0), text="name")
    count = alt.param(name="count", value=COUNTS[0], bind=alt.binding_select(options=COUNTS, name="count: "))
    params = [*([] if of else [count]), *([seen.parameter] if seen else []), *(menu(table, name) for name in menus)]
    return described((lines + points + rules + words).add_params(*params), description, 300)


def _barred(rows: alt.Chart, **place: object) -> alt.LayerChart:
    """Points with their intervals; the shape says what a criterion looks at."""
    y = alt.Y("low:Q", title="accuracy (95 % interval)", scale=alt.Scale(zero=False))
    return intervals(rows, "accuracy", y, shape=_looks_at(), **place)


def _bare(rows: alt.Chart, **place: object) -> alt.Chart:
    """Points without their intervals; the shape says what a criterion looks at."""
    y = alt.Y("accuracy:Q", title="accuracy", scale=alt.Scale(zero=False))
    return rows.mark_point(filled=True, size=60, opacity=1).encode(y=y, shape=_looks_at(), **place)


def _looks_at() -> alt.Shape:
    return alt.Shape("looks_at:N", title="looks at", sort=LOOKS_AT, legend=NEUTRAL)


def forest(table: pd.DataFrame, title: str, description: str) -> alt.LayerChart:
    """Differences with intervals, one per row, one colour per task. Columns: `task, name, value, low, high`.

    Names such as "coin at 2%" and those of scores are put in words; those of one rival stand together.
    """
    rivals = {name: name.split(" at ")[0] for name in table["name"]}
    first = list(rivals.values())
    said = {name: in_words(name) if " at " in name else score_in_words(name) for name in rivals}
    order = [said[name] for name in sorted(rivals, key=lambda name: first.index(rivals[name]))]
    rows = table.assign(label=table["name"].map(said))
    place = {
        "y": alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=360)),
        "yOffset": alt.YOffset("task:N"),
        "color": task_color(table),
    }
    tooltip = ["task", "label", *tips(("value", "low", "high"), "+.3f")]
    x = alt.X("low:Q", title=title)
    points = intervals(alt.Chart(rows), "value", x, tooltip=tooltip, shape=task_shape(table), **place)
    return described(reference("x") + points, description, alt.Step(16))


def values(table: pd.DataFrame, description: str) -> alt.Chart:
    """How far the first replaced token of each response moved the base's chance of a right answer, by task and role.

    A circle counts the tokens of one role in one bin of width 0.1 by its area. Columns: `task, role, value`.
    """
    rows = table.assign(at=table["task"] + ", " + table["role"])
    counts = {"tickMinStep": 1, "tickCount": 3, "format": "d"}
    count = alt.Legend(orient="top", direction="horizontal", **counts, **NEUTRAL.to_dict())
    circles = alt.Chart(rows).mark_circle(opacity=1)
    circles = circles.encode(
        x=alt.X("value:Q", bin=alt.Bin(step=0.1), title="change of the chance of a right answer").axis(format="+.1f"),
        y=alt.Y("at:N", title=None, axis=alt.Axis(labelLimit=300)),
        size=alt.Size("count():Q", title="replaced tokens", scale=alt.Scale(rangeMax=600), legend=count),
        color=task_color(table).legend(None),
        tooltip=["task", "role", "count()"],
    )
    return described(circles, description, alt.Step(34))
