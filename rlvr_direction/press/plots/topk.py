"""A chart of what short lists of likely tokens cost each score."""

import altair as alt
import pandas as pd

from rlvr_direction.lab.claims.wording import score_in_words
from rlvr_direction.palette import CYAN, GOLD, OLIVE, ROSE, VIOLET
from rlvr_direction.press.plots.shared import chosen, described, menu, strokes, tips

__all__ = ["errors"]

# for each score: the colour and dash of its line
SCORES = {
    "delta_logp": (VIOLET, [1, 0]),
    "logp_rl": (GOLD, [6, 3]),
    "entropy_base": (OLIVE, [2, 2]),
    "kl_rl_base": (ROSE, [8, 3, 2, 3]),
    "jensen_shannon": (CYAN, [4, 4]),
}
NAMES = {score: score_in_words(score) for score in SCORES} | {"jensen_shannon": "its js, as Jensen-Shannon"}


def errors(table: pd.DataFrame, description: str) -> alt.Chart:
    """Mean absolute error of five scores against the length of the lists, one line per score; a menu chooses the pair.

    Columns: `pair, score, k, touched, mean_error` (nats), as `topk_errors` gives them; other scores are left out.
    """
    rows = table[table["score"].isin(list(SCORES))]
    rows = rows.assign(name=rows["score"].map(NAMES))
    lengths = sorted(int(k) for k in rows["k"].unique())
    error = alt.Scale(type="symlog", constant=0.001)
    lines = chosen(rows, "pair").mark_line(point=True, strokeWidth=2).add_params(menu(rows, "pair"))
    lines = lines.encode(
        x=alt.X(
            "k:Q",
            title="k, tokens in each list",
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(values=lengths),
        ),
        y=alt.Y(
            "mean_error:Q",
            title="mean error (nats)",
            scale=error,
            axis=alt.Axis(values=[0, 0.001, 0.01, 0.1, 1], format="~g"),
        ),
        tooltip=["name", "k:Q", *tips(["mean_error"], ".4f"), *tips(["touched"], ".1%")],
        **strokes("name", "score", {NAMES[score]: look for score, look in SCORES.items()}),
    )
    return described(lines, description, 260)
