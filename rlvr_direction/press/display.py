"""What a chapter shows: figures, claims, checks, stamps, token strips and chains of thought.

`claim`, `check` and `stamp` show their output at once and leave a record in it. The other functions return what they
draw, so they belong on the last line of a cell. No output needs a kernel, and all model text is escaped.
"""

import base64
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import altair as alt
import pandas as pd
import vl_convert
from IPython import get_ipython
from IPython.display import display

from rlvr_direction.lab.claims.claim import Judged, as_records
from rlvr_direction.markup import FULL, chains_html, tokens_html
from rlvr_direction.press.ledger import numbers, supports
from rlvr_direction.press.provenance import provenance
from rlvr_direction.press.verdict_box import title_of, verdict_box

__all__ = [
    "CAPTION",
    "CHECK",
    "CLAIM",
    "STAMP",
    "VEGA_LITE",
    "Shown",
    "chains",
    "check",
    "claim",
    "figure",
    "folded",
    "intervals",
    "set_up",
    "stamp",
    "table",
    "token_strip",
]

CLAIM, CHECK, STAMP = (f"application/vnd.rlvr.{kind}+json" for kind in ("claim", "check", "stamp"))
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
ROWS_SHOWN = 200
CAPTION = "rlvr-caption"


@dataclass(frozen=True)
class Shown:
    """Something Jupyter can show: one content per MIME type."""

    bundle: dict

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return self.bundle


def set_up() -> None:
    """Show tables without row numbers and, where the book is run, charts as pictures that the page's script redraws."""
    alt.renderers.register("rlvr_book", _picture_and_spec)
    alt.renderers.enable("rlvr_book" if "RLVR_BOOK" in os.environ else "default")
    if shell := get_ipython():
        shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, _without_row_numbers)


def _without_row_numbers(table: pd.DataFrame) -> str:
    """A table as HTML, without an index that only counts the rows and without a name that the columns share."""
    counts = isinstance(table.index, pd.RangeIndex)
    return table.rename_axis(columns=None).to_html(index=not counts, border=0, max_rows=60, max_cols=20)


def _picture_and_spec(spec: dict, **_: object) -> dict:
    """A chart as a static picture with its description, followed by its specification as inert JSON."""
    fixed = {**spec, "width": 600} if spec.get("width") == "container" else spec
    svg = vl_convert.vegalite_to_svg(fixed, vl_version=VEGA_LITE)
    text = escape(spec.get("description", ""))
    inert = json.dumps(spec, sort_keys=True).replace("<", "\\u003c")  # no "</script>" inside the script
    html = (
        f'<div class="vl-fig" role="figure" aria-label="{text}">'
        f'<img class="vl-static" alt="{text}" src="{_data_uri("image/svg+xml", svg)}">'
        f'<script type="application/json" class="vl-spec">{inert}</script></div>'
    )
    return {"text/html": html, "application/vnd.vegalite.v6+json": spec, "text/plain": f"<chart: {text}>"}


def figure(chart: alt.TopLevelMixin, data: pd.DataFrame, name: str) -> Shown:
    """A chart with its description as its caption, and its data as a table and as a CSV file to download.

    Raises ValueError if the chart has no description, which is all that a reader who cannot see it has.
    """
    spec = json.loads(json.dumps(chart.to_dict()), parse_float=lambda text: float(f"{float(text):.6g}"))
    if not spec.get("description"):
        raise ValueError(f"figure {name!r} has no description; say what it shows: .properties(description='...')")
    drawn = alt.renderers.get()(spec)
    drawn = drawn[0] if isinstance(drawn, tuple) else drawn
    drawing = drawn.get("text/html", "") + f'<figcaption class="{CAPTION}">{escape(spec["description"])}</figcaption>'
    return Shown({**drawn, "text/html": _figure_html(drawing, data, escape(name))})


def _figure_html(drawing: str, data: pd.DataFrame, name: str) -> str:
    rows = f"first {ROWS_SHOWN} of {len(data)} rows" if len(data) > ROWS_SHOWN else f"{len(data)} rows"
    table = data.head(ROWS_SHOWN).to_html(index=False, border=0, classes="dataframe", float_format="%.4g")
    uri = _data_uri("text/csv", data.to_csv(index=False, float_format="%.6g"))
    return (
        f'<figure class="rlvr-figure" id="{name}">{drawing}<div class="rlvr-data">'
        f'<a download="{name}.csv" href="{uri}" aria-label="Download {name}.csv">CSV</a>'
        f"<details><summary>Data behind this figure ({rows})</summary>"
        f'<div class="rlvr-table" tabindex="0">{table}</div></details></div></figure>'
    )


def claim(rows: Sequence[Judged], *, folded: bool = False) -> None:
    """Show and record verdicts as a claim's `judge` returned them, with neighbours, rule and departures.

    What one box says of the claim, the next ones leave out. A box that is `folded` shows its title alone until opened.
    """
    told: set[str] = set()
    for record in as_records(rows):
        html = verdict_box(record, told, folded=folded)
        said = f"{record['text']}: {numbers(record)} ({supports(record)}). {record['note']}"
        display(Shown({CLAIM: record, "text/html": html, "text/plain": f"{title_of(record)}: {said}"}))


def check(name: str, value: float, low: float | None = None, high: float | None = None) -> None:
    """Show and record a number and the range it must lie in. A value outside the range stops the build of the book.

    A missing end is open. The range tests the code (a sign, a bound, an invariant), never a claim.
    """
    band = [None if end is None else finite(end) for end in (low, high)]
    record = {"name": name, "value": finite(value), "band": band}
    ends = [f"{word} {number(end)}" for word, end in (("at least", low), ("at most", high)) if end is not None]
    line = f"Check: {name} is {number(record['value'])}, expected {' and '.join(ends) or 'a finite number'}"
    html = f'<p class="rlvr-check">{escape(line)}</p>'
    display(Shown({CHECK: record, "text/html": html, "text/plain": line}))


def stamp(*, seed: int | Sequence[int]) -> None:
    """Show and record how this chapter was run: profile, seed, commit, versions, hardware, time and memory."""
    record = {"profile": os.environ.get("RLVR_BOOK", "by hand"), **provenance(seed)}
    items = "".join(f"<li>{escape(k)} <code>{escape(str(v))}</code></li>" for k, v in record.items())
    plain = ", ".join(f"{key} {value}" for key, value in record.items())
    display(Shown({STAMP: record, "text/html": f'<ul class="rlvr-stamp">{items}</ul>', "text/plain": plain}))


def token_strip(
    tokens: Sequence[str], values: Sequence[float], *, scale: float = FULL, name: str = "delta_logp", unit: str = "nats"
) -> Shown:
    """Tokens in reading order: blue with a solid line for values above 0, orange with a dashed line below 0.

    The colour is full at `scale`. A token shows its number when it has the focus or the pointer.
    """
    html = tokens_html(tokens, values, scale=scale, name=name, unit=unit)
    plain = " ".join(f"{token!r}:{value:+.2f}" for token, value in zip(tokens, values, strict=True))
    return Shown({"text/html": html, "text/plain": plain})


def chains(texts: Mapping[str, tuple[str, Sequence[str]]]) -> Shown:
    """Chains of thought side by side, given as caption -> (text, one role per character).

    Decisions are bold; the first error is marked.
    """
    plain = "\n\n".join(f"{caption}:\n{text}" for caption, (text, _) in texts.items())
    return Shown({"text/html": chains_html(texts), "text/plain": plain})


def intervals(table: pd.DataFrame, value: str, low: str = "low", high: str = "high", *, digits: int = 3) -> pd.Series:
    """Merge three columns into one of text, such as "0.870 [0.838, 0.899]", to keep a table narrow."""
    form = f"z.{digits}f"  # z: no sign on zero
    return table.apply(lambda row: f"{row[value]:{form}} [{row[low]:{form}}, {row[high]:{form}}]", axis=1)


def table(rows: pd.DataFrame, *, digits: int = 3) -> Shown:
    """A table without its index, every text whole and escaped, to so many significant digits."""
    form = {"classes": "dataframe mathjax_ignore", "na_rep": "", "float_format": f"%.{digits}g"}
    with pd.option_context("display.max_colwidth", None):
        html, plain = rows.to_html(index=False, border=0, **form), rows.to_string(index=False)
    return Shown({"text/html": html, "text/plain": plain})


def folded(rows: pd.DataFrame, summary: str) -> Shown:
    """A table behind a line to click on, which may hold HTML of the author's: for what few readers want."""
    listed = table(rows).bundle
    html = f"<details><summary>{summary}</summary>{listed['text/html']}</details>"
    return Shown({"text/html": html, "text/plain": f"{summary}\n{listed['text/plain']}"})


def finite(value: float) -> float | None:
    """The number, or None where JSON cannot hold it (infinite or undefined)."""
    return float(value) if math.isfinite(value) else None


def number(value: float | None) -> str:
    """Three significant digits, or "undefined"."""
    return "undefined" if value is None else f"{value:.3g}"


def _data_uri(mime: str, text: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(text.encode()).decode()}"
