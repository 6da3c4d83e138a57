"""Decoded responses as a page: what was proposed and replaced, and what each model would rather have said."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from rlvr_direction.markup import FULL, lines_html, text_html, token_html, visible
from rlvr_direction.report.page import OUTCOMES, Filter, hundredths, page_html

__all__ = ["RESPONSES", "report_html"]

TOP = 5
LEAST = 0.01  # a token less likely than this under both models is not listed
KEY = ["problem_id", "sample_id"]
CHOICES = ("right", "wrong", "unfinished")
RESPONSES = {*KEY, "intervention", "correct", "finished", "n_tokens", "n_selected", "n_changed"}
TOKENS = {*KEY, "text_id", "prompt", "answer", "token", "delta_logp", "proposal", "proposal_delta_logp", "selected"}
TOKENS |= {f"{model}_top_{k}" for model in ("base", "rl") for k in range(1, TOP + 1)}
LEGEND = (
    "Blue, solid line: RL made the token more likely. Orange, dashed line: less likely. Struck out: the proposal that "
    "was replaced. Point at a token, or tab to a response and use the arrow keys, to see the likeliest tokens of both "
    "models."
)


def report_html(responses: pd.DataFrame, tokens: pd.DataFrame, *, limit: int = 200) -> str:
    """Return the page: a summary, and the kept responses, `limit` at most, that can be filtered by outcome.

    All model text is escaped. `responses` has `RESPONSE_COLUMNS`; `tokens` is what `kept_tokens` returns. Raises
    ValueError if a column is missing.
    """
    for name, table, wanted in (("response table", responses, RESPONSES), ("tokens file", tokens, TOKENS)):
        if missing := sorted(wanted - set(table.columns)):
            raise ValueError(f"the {name} lacks {', '.join(missing)}; write it with `rlvr-direction decode`")
    outcome_of = dict(zip(responses[KEY].itertuples(index=False, name=None), _outcomes(responses), strict=True))
    shown = tokens[tokens["text_id"].isin(tokens["text_id"].drop_duplicates().head(limit))]
    texts = [rows.to_dict("records") for _, rows in shown.groupby("text_id")]
    outcomes = [outcome_of[tuple(rows[0][name] for name in KEY)] for rows in texts]
    return page_html(
        [_section(rows, outcome) for rows, outcome in zip(texts, outcomes, strict=True)],
        [Filter("outcome", CHOICES, outcomes)],
        shown["proposal_delta_logp"].to_numpy(dtype=float),
        summary=f"<p>{_summary(responses)} {_shown(len(texts), len(responses))}</p>",
        legend=LEGEND,
        outlined="proposals",
    )


def _outcomes(responses: pd.DataFrame) -> list[str]:
    """Whether each response is right, wrong or unfinished; one that was cut off is never right."""
    graded = np.where(responses["correct"], "right", "wrong")
    return np.where(responses["finished"], graded, "unfinished").tolist()


def _summary(responses: pd.DataFrame) -> str:
    selected, changed = responses[["n_selected", "n_changed"]].sum() / responses["n_tokens"].sum()
    outcomes = _outcomes(responses)
    shares = ", ".join(f"{outcomes.count(outcome) / len(outcomes):.1%} {outcome}" for outcome in CHOICES)
    return (
        f"{len(responses)} responses: {shares}. {selected:.1%} of tokens selected, {changed:.1%} changed. "
        f"Intervention: {text_html(str(responses['intervention'].iloc[0]))}."
    )


def _shown(n: int, of: int) -> str:
    return "" if n == of else f"The first {n} responses are shown."


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
        attributes=f' data-delta="{hundredths(min(row["proposal_delta_logp"] for row in pieces))}"',
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
