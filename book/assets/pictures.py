"""Draws the two pictures of the README from the arithmetic toy and its recorded study. Run: python book/assets/pictures.py."""

from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert

from rlvr_direction import load_toy_pair, records
from rlvr_direction.lab import claims
from rlvr_direction.lab.anatomy import score_sources
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.press.plots.direction import glance, histograms
from rlvr_direction.press.plots.replacement import curves

HERE = Path(__file__).parent
QUANTITIES = ("delta_logp", "entropy_base", "kl_rl_base")
FAMILIES = ("delta_logp", "logp_rl", "kl_rl_base", "entropy_base", "coin", "random", "nowhere", "everywhere")


def direction() -> alt.TopLevelMixin:
    """Chapter 2 at a glance: three histograms, and a token strip of one wrong and one right solution."""
    task = TASKS["arithmetic"]
    tokens = score_sources(load_toy_pair("arithmetic"), task, task.problems(1000, seed=0), seed=0)
    counts = []
    for quantity in QUANTITIES:
        samples = {source: text[quantity].to_numpy(dtype=float) for source, text in tokens.groupby("source")}
        counts.append(histograms(samples, bins=40).assign(quantity=quantity))
    right = tokens.groupby(["source", "prompt_id"])["correct"].first()
    example = tokens[tokens["prompt_id"] == (right["rl"] & ~right["base"]).idxmax()]
    return glance(pd.concat(counts, ignore_index=True), example)


def replacement() -> alt.TopLevelMixin:
    """Chapter 3 at a glance: accuracy against the share of tokens selected."""
    table = records.load(HERE.parent / "data" / "replacement" / "arithmetic.parquet")
    arms = claims.counts.arms_of(table[table["part"] == "curves"], ["family", "budget"])
    points = claims.counts.accuracies(arms, draws=500, seed=0).assign(task="arithmetic")
    chart = curves(points[points["family"].isin(FAMILIES)], "selected", "Accuracy against tokens selected.")
    return chart.properties(width=640, height=240).configure(background="white")


def main() -> None:
    """Write each picture beside this file."""
    for name, chart in {"direction": direction(), "replacement": replacement()}.items():
        spec = chart.to_dict() | {"padding": {"left": 5, "top": 5, "bottom": 5, "right": 40}}  # fonts differ in width
        svg = vl_convert.vegalite_to_svg(spec, vl_version=".".join(alt.SCHEMA_VERSION[1:].split(".")[:2]))
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
