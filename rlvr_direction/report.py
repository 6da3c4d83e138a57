"""The token view: decoded responses under both models, as one HTML page that needs only a browser."""

import base64
import gzip
import json
import math
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd

from rlvr_direction.markup import TOKEN_STYLE, lines_html, text_html, token_html, visible
from rlvr_direction.records import load
from rlvr_direction.settings import ReportSettings

__all__ = ["ReportSettings", "report", "report_html"]

TOP = 5
FULL = 2.0  # nats at which the colour is full
LEAST = 0.01  # a token less likely than this under both models is not listed
PER_PAGE = 10
LOWEST = -1000  # where the slider begins, in hundredths of a nat
KEY = ["problem_id", "sample_id"]
OUTCOMES = {"right": "✓", "wrong": "✗", "unfinished": "…"}
RESPONSES = {*KEY, "intervention", "correct", "finished", "n_tokens", "n_selected", "n_changed"}
TOKENS = {*KEY, "text_id", "prompt", "answer", "token", "delta_logp", "proposal", "proposal_delta_logp", "selected"}
TOKENS |= {f"{model}_top_{k}" for model in ("base", "rl") for k in range(1, TOP + 1)}


def report(settings: ReportSettings) -> Path:
    """Write the token view of a table that `decode` wrote; returns `settings.out`.

    The tokens file must lie beside the table. Raises FileNotFoundError if either is missing, and FileExistsError if
    `out` exists and `force` is not set.
    """
    decoded, out = Path(settings.decoded), Path(settings.out)
    tokens = decoded.with_name(f"{decoded.stem}.tokens{decoded.suffix}")
    for path in (decoded, tokens):
        if not path.is_file():
            raise FileNotFoundError(f"{path} is not a file; make both with `rlvr-direction decode ... --out {decoded}`")
    if out.exists() and not settings.force:
        raise FileExistsError(f"{out} exists already: pass --force to replace it")
    page = report_html(load(decoded), load(tokens))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    return out


def report_html(responses: pd.DataFrame, tokens: pd.DataFrame) -> str:
    """Return the page: a summary, and the kept responses on pages of 10 that can be filtered by outcome.

    The first page is plain HTML; the others are compressed and need JavaScript. All model text is escaped. `responses`
    has `RESPONSE_COLUMNS`; `tokens` is what `kept_tokens` returns. Raises ValueError if a column is missing.
    """
    for name, table, wanted in (("response table", responses, RESPONSES), ("tokens file", tokens, TOKENS)):
        if missing := sorted(wanted - set(table.columns)):
            raise ValueError(f"the {name} lacks {', '.join(missing)}; write it with `rlvr-direction decode`")
    outcome_of = dict(zip(responses[KEY].itertuples(index=False, name=None), _outcomes(responses), strict=True))
    texts = [rows.to_dict("records") for _, rows in tokens.groupby("text_id")]
    outcomes = [outcome_of[tuple(rows[0][name] for name in KEY)] for rows in texts]
    sections = [_section(rows, outcome) for rows, outcome in zip(texts, outcomes, strict=True)]
    first, *others = [sections[i : i + PER_PAGE] for i in range(0, len(sections), PER_PAGE)]
    data = {"outcomes": outcomes, "per_page": PER_PAGE, "packs": [_pack(page) for page in others]}
    data |= _thresholds(tokens["proposal_delta_logp"].to_numpy(dtype=float))
    return Template(files("rlvr_direction").joinpath("report.html").read_text(encoding="utf-8")).substitute(
        token_style=TOKEN_STYLE,
        summary=_summary(responses),
        options=_options(outcomes),
        lowest=LOWEST / 100,
        first_page="".join(first),
        without_script=f"Further responses than these {len(first)} of {len(sections)} need JavaScript.",
        data=json.dumps(data),
    )


def _outcomes(responses: pd.DataFrame) -> list[str]:
    """Whether each response is right, wrong or unfinished; one that was cut off is never right."""
    graded = np.where(responses["correct"], "right", "wrong")
    return np.where(responses["finished"], graded, "unfinished").tolist()


def _summary(responses: pd.DataFrame) -> str:
    selected, changed = responses[["n_selected", "n_changed"]].sum() / responses["n_tokens"].sum()
    outcomes = _outcomes(responses)
    shares = ", ".join(f"{outcomes.count(outcome) / len(outcomes):.1%} {outcome}" for outcome in OUTCOMES)
    return (
        f"{len(responses)} responses: {shares}. {selected:.1%} of tokens selected, {changed:.1%} changed. "
        f"Intervention: {text_html(str(responses['intervention'].iloc[0]))}."
    )


def _options(outcomes: list[str]) -> str:
    counted = {name: f"{name} ({outcomes.count(name)})" for name in OUTCOMES}
    choices = {"": f"all responses ({len(outcomes)})", **counted}
    return "".join(f'<option value="{value}">{label}</option>' for value, label in choices.items())


def _thresholds(deltas: np.ndarray) -> dict:
    """How many proposals lie at or below each position of the slider."""
    hundredths = np.sort([_hundredths(delta) for delta in deltas])
    at_most = np.searchsorted(hundredths, np.arange(LOWEST, 1), side="right")
    return {"from": LOWEST, "tokens": len(deltas), "at_most": at_most.tolist()}


def _hundredths(delta: float) -> int:
    """The first position of the slider at which a proposal counts."""
    return math.ceil(round(100 * max(delta, LOWEST / 100), 2))


def _pack(sections: list[str]) -> str:
    return base64.b64encode(gzip.compress(json.dumps(sections).encode(), mtime=0)).decode()


def _section(rows: list[dict], outcome: str) -> str:
    first = rows[0]
    cells = "".join(_cell(pieces) for pieces in _characters(rows))
    return (
        f"<section><h2>Problem {first['problem_id']}, sample {first['sample_id']}: {OUTCOMES[outcome]} {outcome} "
        f'(expected answer: {text_html(first["answer"])})</h2><pre class="prompt">{lines_html(first["prompt"])}</pre>'
        f'<div class="rlvr-tokens">{cells}</div></section>'
    )


def _characters(rows: list[dict]) -> Iterator[list[dict]]:
    """Rows grouped so that each group carries text: a token that is a piece of a character joins the next one."""
    pieces = []
    for row in rows:
        pieces.append(row)
        if row["token"]:
            yield pieces
            pieces = []
    if pieces:
        yield pieces


def _cell(pieces: list[dict]) -> str:
    delta = sum(row["delta_logp"] for row in pieces)
    changed = any(row["selected"] and row["proposal"] != row["token"] for row in pieces)
    facts = [f"delta_logp {delta:+.2f} nats"]
    if len(pieces) > 1:
        facts.append(f"over {len(pieces)} tokens")
    if any(row["selected"] for row in pieces):
        facts.append("selected")
    return token_html(
        "".join(row["token"] for row in pieces),
        delta,
        f"{', '.join(facts)}\n{_likeliest(pieces[0])}",
        scale=FULL,
        replaced="".join(row["proposal"] for row in pieces) if changed else "",
        attributes=f' data-delta="{_hundredths(min(row["proposal_delta_logp"] for row in pieces))}"',
    )


def _likeliest(row: dict) -> str:
    """The likeliest tokens at a position, one per line, with their probabilities under base and under RL."""
    ranks = range(1, TOP + 1)
    base, rl = (
        {row[f"{model}_top_{k}"]: math.exp(row[f"{model}_top_{k}_logp"]) for k in ranks} for model in ("base", "rl")
    )
    highest = {token: max(base.get(token, 0), rl.get(token, 0)) for token in base | rl}
    listed = sorted((token for token in highest if highest[token] >= LEAST), key=highest.get, reverse=True)
    lines = [f"{_percent(base, token)} {_percent(rl, token)} {visible(token)}" for token in listed]
    return "\n".join(["base   rl", *lines])


def _percent(probabilities: dict[str, float], token: str) -> str:
    return f"{probabilities[token]:4.0%}" if token in probabilities else "   -"
