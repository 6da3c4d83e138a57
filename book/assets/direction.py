"""Draws the picture of the README: three histograms of chapter 2 and a token strip. Run: python book/assets/direction.py."""

from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert

from rlvr_direction import load_toy_pair
from rlvr_direction.evaluation import score_sources
from rlvr_direction.plots.direction import glance
from rlvr_direction.statistics import histograms
from rlvr_direction.tasks import TASKS

QUANTITIES = ("delta_logp", "entropy_base", "kl_rl_base")


def main() -> None:
    task = TASKS["arithmetic"]
    tokens = score_sources(load_toy_pair("arithmetic"), task, task.problems(1000, seed=0), seed=0)
    counts = []
    for quantity in QUANTITIES:
        samples = {source: text[quantity].to_numpy(dtype=float) for source, text in tokens.groupby("source")}
        counts.append(histograms(samples, bins=40).assign(quantity=quantity))
    right = tokens.groupby(["source", "prompt_id"])["correct"].first()
    example = tokens[tokens["prompt_id"] == (right["rl"] & ~right["base"]).idxmax()]
    chart = glance(pd.concat(counts, ignore_index=True), example)
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=".".join(alt.SCHEMA_VERSION[1:].split(".")[:2]))
    Path(__file__).with_suffix(".svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
