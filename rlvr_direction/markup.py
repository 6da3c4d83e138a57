"""Model text as HTML: shown, never interpreted, and coloured by one rule.

Blue with a solid line: RL made the token more likely. Orange with a dashed line: less likely.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from operator import itemgetter

from rlvr_direction.palette import LESS_LIKELY, LIKELIER

__all__ = ["FULL", "TOKEN_STYLE", "chains_html", "lines_html", "text_html", "token_html", "tokens_html", "visible"]

FULL = 2.0  # nats at which the colour of a token is full
COLOURS = f".rlvr-tokens {{ --likelier: {LIKELIER}; --less-likely: {LESS_LIKELY}; }}"
TOKEN_RULES = """
.rlvr-tokens { font: .9rem/2.1 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; margin: 0;
  padding: .6rem .2rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.rlvr-tokens span { position: relative; border-radius: .2em; padding: .15em .1em; margin: 0 1px;
  unicode-bidi: isolate; }
.rlvr-tokens .up { background: color-mix(in srgb, var(--likelier) var(--size), transparent);
  border-bottom: 2px solid var(--likelier); }
.rlvr-tokens .down { background: color-mix(in srgb, var(--less-likely) var(--size), transparent);
  border-bottom: 2px dashed var(--less-likely); }
.rlvr-tokens s { opacity: .65; margin-right: .25em; }
.rlvr-tokens span:focus { outline: 2px solid currentColor; }
.rlvr-tokens [tabindex]:is(:focus, :hover)::after { content: attr(aria-label); position: fixed; left: 1rem;
  bottom: 1rem; z-index: 99; font-size: .8rem; line-height: 1.4; white-space: pre; padding: .3em .7em;
  background: #222; color: #fff; border: 1px solid #888; border-radius: .3em; }
.rlvr-tokens.legend { font-size: .8rem; padding: 0 .2rem; }
"""
TOKEN_STYLE = COLOURS + TOKEN_RULES
CHAIN_STYLE = """
.rlvr-chains { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; margin: .4rem 0 1.2rem; }
.rlvr-chains figure { flex: 1 1 13rem; margin: 0; min-width: 0; }
.rlvr-chains figcaption { font-size: .85rem; text-align: left; margin: 0; }
.rlvr-chains pre { margin: .2rem 0 0; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere;
  line-height: 1.6; }
.rlvr-chains .decide { font-weight: 700; }
.rlvr-chains .first_error { text-decoration: underline wavy; outline: 2px solid currentColor; }
"""


def visible(text: str) -> str:
    r"""Return the text with every character readable: a newline is ⏎, a tab ⇥, the rest an escape such as \u202e."""
    if text.isprintable():
        return text
    marks = {"\n": "⏎", "\t": "⇥"}
    return "".join(marks.get(c) or (c if c.isprintable() else repr(c)[1:-1]) for c in text)


def text_html(text: str) -> str:
    """Return HTML that shows every character of a text and treats none as markup."""
    return escape(visible(text))


def lines_html(text: str) -> str:
    """Return HTML for `pre`: line ends break the line and carry no mark."""
    return "\n".join(map(text_html, text.split("\n")))


def token_html(token: str, value: float, words: str, *, scale: float, replaced: str = "", attributes: str = "") -> str:
    """One token, coloured by the sign and size of its value, that shows `words` when it has the focus.

    The colour is full at `scale`; a value that rounds to 0.00 has none. `replaced` is the proposal that the token
    replaced, shown struck out; `attributes` is trusted markup.
    """
    size = 0 if math.isnan(value) else round(60 * min(1.0, abs(value) / scale))
    side = "up" if round(value, 2) > 0 else "down" if round(value, 2) < 0 else "same"
    struck = f"<s>{text_html(replaced)}</s>" if replaced else ""
    label = f"{text_html(token)}: {lines_html(words)}"
    return (
        f'<span class="{side}" style="--size:{size}%" tabindex="0" role="img" aria-label="{label}"{attributes}>'
        f"{struck}{text_html(token)}</span>" + "\n" * token.count("\n")
    )


def tokens_html(tokens: Sequence[str], values: Sequence[float], *, scale: float, name: str, unit: str) -> str:
    """Tokens in reading order, each coloured by its value and focusable, with a legend. Needs no script.

    Raises ValueError unless there is one value per token.
    """
    if len(tokens) != len(values):
        raise ValueError(f"{len(tokens)} tokens and {len(values)} values; a strip needs one value per token")
    pairs = zip(tokens, values, strict=True)
    cells = "".join(token_html(token, value, f"{value:+.2f} {unit}", scale=scale) for token, value in pairs)
    label = f"{len(tokens)} tokens coloured by {escape(name)}"
    low = f'<span class="down" style="--size:60%">{escape(name)} at most {-scale:g} {unit}</span>'
    high = f'<span class="up" style="--size:60%">at least {scale:+g} {unit}</span>'
    return (
        f'<style>{TOKEN_STYLE}</style><div class="rlvr-tokens mathjax_ignore" role="group" aria-label="{label}">{cells}'
        f'</div><div class="rlvr-tokens legend">{low} 0 {high}</div>'
    )


def chains_html(chains: Mapping[str, tuple[str, Sequence[str]]]) -> str:
    """Chains of thought side by side, given as caption -> (text, one role per character). Needs no script.

    Raises ValueError unless there is one role per character.
    """
    panels = "".join(_panel(caption, text, roles) for caption, (text, roles) in chains.items())
    return f'<style>{CHAIN_STYLE}</style><div class="rlvr-chains mathjax_ignore">{panels}</div>'


def _panel(caption: str, text: str, roles: Sequence[str]) -> str:
    if len(text) != len(roles):
        raise ValueError(f"{len(text)} characters and {len(roles)} roles; a chain needs one role per character")
    runs = groupby(zip(text, roles, strict=True), key=itemgetter(1))
    spans = "".join(_role_html("".join(character for character, _ in run), role) for role, run in runs)
    return f"<figure><figcaption>{escape(caption)}</figcaption><pre>{spans}</pre></figure>"


def _role_html(text: str, role: str) -> str:
    title = ' title="first error"' if role == "first_error" else ""
    return f'<span class="{escape(role)}"{title}>{lines_html(text)}</span>'
