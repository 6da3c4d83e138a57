"""Scored texts as a page: every token coloured by delta_logp, with its scores."""

from collections.abc import Sequence

import pandas as pd

from rlvr_direction.markup import FULL, lines_html, text_html, token_html
from rlvr_direction.report.page import OUTCOMES, Filter, hundredths, page_html

__all__ = ["SCORE_NAMES", "TOKENS", "texts_html"]

TOKENS = {"text_id", "source", "position", "token_id", "token", "delta_logp"}
SCORE_NAMES = (
    *("logp_base", "logp_rl", "delta_logp", "entropy_base", "entropy_rl", "kl_base_rl", "kl_rl_base"),
    *("jensen_shannon", "abs_delta_logp", "gap_to_rl_argmax"),
)
POINTED_AT = [name for name in SCORE_NAMES if not name.endswith("delta_logp")]  # which the first line says
LONGEST = 200  # characters of a fact that are shown
MOST_SOURCES = 20  # rows of the summary
LEGEND = (
    "Blue, solid line: RL makes the token more likely. Orange, dashed line: less likely. Point at a token, or tab to a "
    "text and use the arrow keys, to see its scores. All numbers are in nats; means are over tokens."
)


def texts_html(tokens: pd.DataFrame, *, limit: int = 200, prompts: Sequence[str] | None = None) -> str:
    """Return the page of a token table: a summary by source, and the first `limit` texts, filtered by source.

    `tokens` is what `score` writes. Where the table has a column `correct`, right and wrong texts are marked and
    filtered, too. Other further columns that are one value per text stand above it. `prompts` are those of all texts,
    by `text_id`; a column `prompt` serves as well. All text is escaped. Raises ValueError for a table that lacks a
    column or has no rows, and for too few prompts.
    """
    if missing := sorted(TOKENS - set(tokens.columns)):
        raise ValueError(f"the token table lacks {', '.join(missing)}; write it with `rlvr-direction score`")
    if tokens.empty:
        raise ValueError("the token table has no rows; score texts that have a token each")
    if prompts is not None and len(prompts) <= tokens["text_id"].max():
        raise ValueError(
            f"there are {len(prompts)} prompts, but a text numbered {tokens['text_id'].max()}; pass the file of texts "
            "that was scored"
        )
    n_texts = tokens["text_id"].nunique()
    chosen = tokens["text_id"].drop_duplicates().sort_values().head(limit)
    shown = tokens[tokens["text_id"].isin(chosen)].sort_values(["text_id", "position"], kind="stable")
    facts = _facts(shown)
    texts = [rows.to_dict("records") for _, rows in shown.groupby("text_id")]
    return page_html(
        [_section(rows, facts, prompts) for rows in texts],
        _filters(texts),
        shown["delta_logp"].to_numpy(dtype=float),
        summary=_summary(tokens) + ("" if len(texts) == n_texts else _first(len(texts), n_texts)),
        legend=LEGEND,
        outlined="tokens",
    )


def _summary(tokens: pd.DataFrame) -> str:
    """A table of the sources: texts, tokens, mean delta_logp."""
    named = tokens.assign(source=[str(source) for source in tokens["source"]])
    found = named.groupby("source", sort=False).agg(
        texts=("text_id", "nunique"), tokens=("token", "size"), mean=("delta_logp", "mean")
    )
    rows = "".join(
        f"<tr><td>{text_html(source) or '(none)'}</td><td>{row.texts:,.0f}</td><td>{row.tokens:,.0f}</td>"
        f"<td>{row['mean']:+.3f}</td></tr>"
        for source, row in found.head(MOST_SOURCES).iterrows()
    )
    more = f"<p>And {len(found) - MOST_SOURCES} further sources.</p>" if len(found) > MOST_SOURCES else ""
    return (
        '<table class="sources"><thead><tr><th>Source</th><th>Texts</th><th>Tokens</th><th>Mean delta_logp</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>{more}"
    )


def _first(n: int, of: int) -> str:
    return f"<p>The first {n:,} of {of:,} texts are shown; <code>--texts</code> asks for more.</p>"


def _filters(texts: Sequence[Sequence[dict]]) -> list[Filter]:
    """By source and by outcome, where there is more than one."""
    sources = [str(rows[0]["source"]) or "(none)" for rows in texts]
    outcomes = [_outcome(rows[0]) for rows in texts]
    found = {"source": (dict.fromkeys(sources), sources), "outcome": (OUTCOMES, outcomes)}
    filters = [
        Filter(name, [choice for choice in choices if choice in values], values)
        for name, (choices, values) in found.items()
    ]
    return [one for one in filters if len(one.choices) > 1]


def _outcome(row: dict) -> str:
    """Whether a text is right or wrong; ungraded if the table does not say."""
    correct = row.get("correct")
    known = pd.api.types.is_scalar(correct) and not pd.isna(correct) and correct in (0, 1)
    return ("wrong", "right")[int(correct)] if known else "ungraded"


def _facts(tokens: pd.DataFrame) -> list[str]:
    """The further columns that have one value per text."""
    further = [name for name in tokens if name not in {*TOKENS, *SCORE_NAMES, "prompt", "response", "correct"}]
    values = tokens[further].astype(str).groupby(tokens["text_id"]).nunique()
    return [name for name in further if (values[name] <= 1).all()]


def _section(rows: list[dict], facts: Sequence[str], prompts: Sequence[str] | None) -> str:
    first, outcome = rows[0], _outcome(rows[0])
    source, graded = str(first["source"]), "" if outcome == "ungraded" else f": {OUTCOMES[outcome]} {outcome}"
    said = ", ".join(f"{text_html(str(name))} {_short(first[name])}" for name in facts)
    prompt = prompts[first["text_id"]] if prompts is not None else first.get("prompt")
    return (
        f"<section><h2>Text {first['text_id']}{f', {text_html(source)}' if source else ''}{graded}</h2>"
        + (f'<p class="facts">{said}</p>' if said else "")
        + (f'<pre class="prompt">{lines_html(prompt)}</pre>' if isinstance(prompt, str) else "")
        + f'<div class="rlvr-tokens">{"".join(map(_cell, rows))}</div></section>'
    )


def _short(fact: object) -> str:
    text = str(fact)
    return text_html(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _cell(row: dict) -> str:
    delta = float(row["delta_logp"])
    scores = [f"{name:<16}{round(row[name], 3) + 0.0:>8.3f}" for name in POINTED_AT if name in row]  # + 0.0: no -0.000
    return token_html(
        row["token"] or f"⟨{row['token_id']}⟩",  # a token without text of its own
        delta,
        "\n".join([f"delta_logp {delta:+.2f} nats, position {row['position']}", *scores]),
        scale=FULL,
        attributes=f' data-delta="{hundredths(delta)}"',
    )
