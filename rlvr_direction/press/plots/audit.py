"""Charts of an audit: what tells the two writers apart, and what was tried on calibration problems."""

import altair as alt
import pandas as pd

from rlvr_direction.lab.claims.wording import score_in_words
from rlvr_direction.palette import CYAN, GOLD, GREY, OLIVE, ROSE, VIOLET
from rlvr_direction.press.plots.shared import described, intervals, reference, strokes, tips

__all__ = ["separation", "tried"]

DIRECTION, OTHER = "delta_logp", "other scores"
LOOKS = ((GREY, [6, 3]), (OLIVE, [2, 2]), (GOLD, [8, 3, 2, 3]), (VIOLET, [1, 0]), (CYAN, [4, 4]), (ROSE, [1, 2]))


def separation(table: pd.DataFrame, description: str) -> alt.LayerChart:
    """Oriented AUROCs with intervals, best first. Columns: `score, value, low, high`."""
    kind = [DIRECTION if "delta_logp" in score else OTHER for score in table["score"]]
    rows = table.assign(score=table["score"].map(score_in_words), kind=kind)
    colour = alt.Color("kind:N", title=None, scale=alt.Scale(domain=[DIRECTION, OTHER], range=[VIOLET, GREY]))
    colour = colour.legend(orient="top")
    y = alt.Y("score:N", sort=list(rows["score"]), title=None, axis=alt.Axis(labelLimit=260))
    x = alt.X("low:Q", title="oriented AUROC (0.5: chance)", scale=alt.Scale(zero=False))
    tooltip = ["score", *tips(("value", "low", "high"), ".3f")]
    drawn = intervals(alt.Chart(rows), "value", x, tooltip=tooltip, y=y, color=colour)
    return described(reference("x", 0.5) + drawn, description, alt.Step(18))


def tried(table: pd.DataFrame, description: str) -> alt.Chart:
    """Accuracy on calibration problems against gamma, one line per gate. Columns: `gate, gamma, accuracy`."""
    gates = list(dict.fromkeys(table["gate"]))
    lines = alt.Chart(table).mark_line(point=True, strokeWidth=2)
    x = alt.X("gamma:Q", title="gamma (0: RL acts, above 0: past RL)", scale=alt.Scale(type="symlog", constant=0.1))
    lines = lines.encode(
        x=x.axis(values=sorted(table["gamma"].unique()), format="~g"),
        y=alt.Y("accuracy:Q", title="accuracy on calibration problems", scale=alt.Scale(zero=False)),
        tooltip=["gate", "gamma", *tips(["accuracy"], ".3f")],
        **strokes("gate", "gate selects", dict(zip(gates, LOOKS, strict=False))),
    )
    return described(lines, description, 260)
