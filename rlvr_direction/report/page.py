"""The page of a token view: sections on pages of 10, filters that choose from them, a slider over delta_logp."""

import base64
import gzip
import json
import math
from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import Template
from typing import NamedTuple

import numpy as np

from rlvr_direction.markup import TOKEN_STYLE, text_html

__all__ = ["OUTCOMES", "Filter", "hundredths", "page_html"]

PER_PAGE = 10
LOWEST = -1000  # where the slider begins, in hundredths of a nat
OUTCOMES = {"right": "✓", "wrong": "✗", "unfinished": "…", "ungraded": "?"}  # each with its mark


class Filter(NamedTuple):
    """A way to choose from sections: its name, its choices in order, and the choice that each section falls under."""

    name: str
    choices: Sequence[str]
    values: Sequence[str]


def page_html(
    sections: Sequence[str],
    filters: Sequence[Filter],
    deltas: Iterable[float],
    *,
    summary: str,
    legend: str,
    outlined: str,
) -> str:
    """Return the page of at least one section, all of them trusted HTML, as are `summary` and `legend`.

    The first page is plain HTML; the others are compressed and need JavaScript. Names and choices of `filters` are
    escaped. `deltas` (nats) are what the slider counts, and `outlined` says in a word what they belong to.
    """
    first, *others = [sections[i : i + PER_PAGE] for i in range(0, len(sections), PER_PAGE)]
    data = {"sections": len(sections), "per_page": PER_PAGE, "packs": [_pack(page) for page in others]}
    data["labels"] = [[list(chosen.choices).index(value) for value in chosen.values] for chosen in filters]
    return Template(files("rlvr_direction.report").joinpath("page.html").read_text(encoding="utf-8")).substitute(
        token_style=TOKEN_STYLE,
        summary=summary,
        legend=legend,
        filters="".join(map(_select, filters)),
        outlined=text_html(outlined),
        lowest=LOWEST / 100,
        first_page="".join(first),
        without_script=f"Further texts than these {len(first)} of {len(sections)} need JavaScript.",
        data=json.dumps(data | _thresholds(deltas)),
    )


def hundredths(delta: float) -> int:
    """The first position of the slider, in hundredths of a nat, at which a delta_logp counts; above 0 it never does."""
    return 1 if not delta <= 0 else math.ceil(round(100 * max(delta, LOWEST / 100), 2))


def _select(chosen: Filter) -> str:
    """The choices of a filter, by number, each with how many sections it leaves."""
    counts = [f"{text_html(choice)} ({list(chosen.values).count(choice)})" for choice in chosen.choices]
    options = "".join(f'<option value="{i}">{label}</option>' for i, label in enumerate(counts))
    name = text_html(chosen.name)
    return (
        f'<span><label for="{name}">{name.capitalize()} </label><select id="{name}">'
        f'<option value="">all ({len(chosen.values)})</option>{options}</select></span>'
    )


def _thresholds(deltas: Iterable[float]) -> dict:
    """How many of these lie at or below each position of the slider."""
    positions = np.sort([hundredths(delta) for delta in deltas])
    at_most = np.searchsorted(positions, np.arange(LOWEST, 1), side="right")
    return {"from": LOWEST, "tokens": len(positions), "at_most": at_most.tolist()}


def _pack(sections: Sequence[str]) -> str:
    return base64.b64encode(gzip.compress(json.dumps(sections).encode(), mtime=0)).decode()
