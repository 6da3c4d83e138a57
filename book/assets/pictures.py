"""Draw the pictures beside this file: python book/assets/pictures.py.

Two charts of the README come from the arithmetic toy and its recorded study; the package draws the others.
"""

from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert

from rlvr_direction import load_toy_pair, records
from rlvr_direction.evaluation import score_sources
from rlvr_direction.lab.claims import counts
from rlvr_direction.lab.regime import DECIDING
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.palette import LESS_LIKELY, LIKELIER
from rlvr_direction.press import pictures
from rlvr_direction.press.plots.direction import density, histograms
from rlvr_direction.press.plots.replacement import LINES, curves

HERE = Path(__file__).parent
QUANTITIES = ("delta_logp", "entropy_base", "kl_rl_base")
FAMILIES = ("delta_logp", "kl_rl_base", "entropy_base", "random", *LINES)


def direction() -> alt.TopLevelMixin:
    """Three histograms side by side, and below them a wrong and a right solution token by token."""
    task = TASKS["arithmetic"]
    tokens = score_sources(load_toy_pair("arithmetic"), task, task.problems(1000, seed=0), seed=0)
    counts = []
    for quantity in QUANTITIES:
        samples = {source: text[quantity].to_numpy(dtype=float) for source, text in tokens.groupby("source")}
        counts.append(histograms(samples, bins=40).assign(quantity=quantity))
    right = tokens.groupby(["source", "prompt_id"])["correct"].first()
    example = tokens[tokens["prompt_id"] == (right["rl"] & ~right["base"]).idxmax()]
    panels = [
        density(rows, quantity)
        .mark_line(interpolate="step", point={"size": 8}, strokeWidth=1.5)
        .properties(width=200, height=150)
        for quantity, rows in pd.concat(counts).groupby("quantity", sort=False)
    ]
    drawn = alt.vconcat(alt.hconcat(*panels), strip(example)).resolve_scale(color="independent")
    return drawn.configure(background="white")


def strip(texts: pd.DataFrame) -> alt.LayerChart:
    """Texts as rows of tokens, coloured by delta_logp. Columns: `source, position, token, delta_logp`."""
    texts = texts.assign(shown=texts["token"].replace({"\n": "⏎", "<eos>": "∎"}))
    place = {
        "x": alt.X("position:O", axis=None),
        "y": alt.Y("source:N", title="written by", sort=["base", "rl"]),
    }
    scale = alt.Scale(domain=[-2, 0, 2], range=[LESS_LIKELY, "#ffffff", LIKELIER], clamp=True, interpolate="rgb")
    legend = alt.Legend(titleLimit=200, gradientLength=50)
    color = alt.Color("delta_logp:Q", title="delta_logp (nats)", scale=scale, legend=legend)
    boxes = alt.Chart(texts).mark_rect().encode(**place, color=color)
    letters = alt.Chart(texts).mark_text(font="monospace", fontSize=13).encode(**place, text="shown:N")
    return (boxes + letters).properties(width=720, height=64)


def replacement() -> alt.TopLevelMixin:
    """Accuracy against the share of tokens selected, one line per criterion."""
    table = records.load(HERE.parent / "data" / "gates" / "arithmetic.parquet")
    rows = table[(table["cell"] == str(DECIDING)) & (table["purpose"] == "judged") & table["family"].isin(FAMILIES)]
    points = counts.accuracies(counts.arms_of(rows), draws=500).assign(task="arithmetic")
    chart = curves(points, "selected", "Accuracy against tokens selected.")
    return chart.properties(width=640, height=240).configure(background="white")


def main() -> None:
    """Write each picture beside this file."""
    pictures.write(HERE)
    for name, chart in {"direction": direction(), "replacement": replacement()}.items():
        spec = chart.to_dict() | {"padding": {"left": 5, "top": 5, "bottom": 5, "right": 40}}  # fonts differ in width
        svg = vl_convert.vegalite_to_svg(spec, vl_version=".".join(alt.SCHEMA_VERSION[1:].split(".")[:2]))
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
