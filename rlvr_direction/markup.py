"""Tokens and texts of a model as HTML: shown, never interpreted, and coloured by one rule.

Blue with a solid line: RL made it likelier. Orange with a dashed line: less likely.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from operator import itemgetter

from rlvr_direction.palette import LESS_LIKELY, LIKELIER

__all__ = ["TOKEN_STYLE", "chains_html", "lines", "shown", "token_html", "tokens_html", "visible"]

TOKEN_STYLE = f"""
.rlvr-tokens{{--likelier:{LIKELIER};--less-likely:{LESS_LIKELY};font-size:.9rem;line-height:2.1;margin:0}}
.rlvr-tokens{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;padding:.6rem .2rem}}
.rlvr-tokens{{white-space:pre-wrap;overflow-wrap:anywhere}}
.rlvr-tokens span{{position:relative;border-radius:.2em;padding:.15em .1em;margin:0 1px;unicode-bidi:isolate}}
.rlvr-tokens .up{{background:color-mix(in srgb,var(--likelier) var(--size),transparent)}}
.rlvr-tokens .up{{border-bottom:2px solid var(--likelier)}}
.rlvr-tokens .down{{background:color-mix(in srgb,var(--less-likely) var(--size),transparent)}}
.rlvr-tokens .down{{border-bottom:2px dashed var(--less-likely)}}
.rlvr-tokens s{{opacity:.65;margin-right:.15em}}
.rlvr-tokens span:focus{{outline:2px solid currentColor}}
.rlvr-tokens [tabindex]:is(:focus,:hover)::after{{content:attr(aria-label);position:fixed;left:1rem;bottom:1rem}}
.rlvr-tokens [tabindex]:is(:focus,:hover)::after{{font-size:.8rem;line-height:1.4;white-space:pre;z-index:99}}
.rlvr-tokens [tabindex]:is(:focus,:hover)::after{{padding:.3em .7em;background:#222;color:#fff;border-radius:.3em}}
.rlvr-tokens.legend{{font-size:.8rem;padding:0 .2rem}}
"""
CHAIN_STYLE = """<style>
.rlvr-chains{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;margin:.4rem 0 1.2rem}
.rlvr-chains figure{flex:1 1 13rem;margin:0;min-width:0}
.rlvr-chains figcaption{font-size:.85rem;text-align:left;margin:0}
.rlvr-chains pre{margin:.2rem 0 0;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.6}
.rlvr-chains .decide{font-weight:700}
.rlvr-chains .first_error{text-decoration:underline wavy;outline:2px solid currentColor}
</style>"""


def visible(text: str) -> str:
    r"""A text as it can be read: a newline is ⏎, a tab ⇥, anything else unprintable its escape, such as \u202e."""
    if text.isprintable():
        return text
    marks = {"\n": "⏎", "\t": "⇥"}
    return "".join(marks.get(c) or (c if c.isprintable() else repr(c)[1:-1]) for c in text)


def shown(text: str) -> str:
    """A text as HTML in which every character can be seen and none is markup."""
    return escape(visible(text))


def lines(text: str) -> str:
    """A text as HTML for `pre`: its line ends break the line and are not marked."""
    return "\n".join(map(shown, text.split("\n")))


def token_html(token: str, value: float, words: str, *, scale: float, replaced: str = "", attributes: str = "") -> str:
    """One token, coloured by the sign and the size of its value (full at `scale`), which says `words` when focused.

    `replaced` is the proposal that it took the place of, struck out; `attributes` is markup that the caller made.
    """
    size = 0 if math.isnan(value) else round(60 * min(1.0, abs(value) / scale))
    side = "up" if value > 0 else "down" if value < 0 else "same"
    struck = f"<s>{shown(replaced)}</s>" if replaced else ""
    label = f"{shown(token)}: {lines(words)}"
    return (
        f'<span class="{side}" style="--size:{size}%" tabindex="0" role="img" aria-label="{label}"{attributes}>'
        f"{struck}{shown(token)}</span>" + "\n" * token.count("\n")
    )


def tokens_html(tokens: Sequence[str], values: Sequence[float], *, scale: float, name: str, unit: str) -> str:
    """The tokens as static HTML, each coloured by the sign and the size of its value and focusable; then a legend."""
    if len(tokens) != len(values):
        raise ValueError(f"{len(tokens)} tokens and {len(values)} values; a strip needs one value per token")
    cells = (
        token_html(token, value, f"{value:+.2f} {unit}", scale=scale)
        for token, value in zip(tokens, values, strict=True)
    )
    low = f'<span class="down" style="--size:60%">{escape(name)} at most {-scale:g} {unit}</span>'
    high = f'<span class="up" style="--size:60%">at least {scale:+g} {unit}</span>'
    legend = f'<div class="rlvr-tokens legend">{low} 0 {high}</div>'
    label = f'role="group" aria-label="{len(tokens)} tokens coloured by {escape(name)}"'
    style = f"<style>{TOKEN_STYLE}</style>"
    return f'{style}<div class="rlvr-tokens mathjax_ignore" {label}>{"".join(cells)}</div>{legend}'


def chains_html(chains: Mapping[str, tuple[str, Sequence[str]]]) -> str:
    """Chains of thought side by side as static HTML: a caption, the text, and a role for each of its characters."""
    panels = "".join(_panel(caption, text, roles) for caption, (text, roles) in chains.items())
    return f'{CHAIN_STYLE}<div class="rlvr-chains mathjax_ignore">{panels}</div>'


def _panel(caption: str, text: str, roles: Sequence[str]) -> str:
    if len(text) != len(roles):
        raise ValueError(f"{len(text)} characters and {len(roles)} roles; a chain needs one role per character")
    runs = groupby(zip(text, roles, strict=True), key=itemgetter(1))
    stretches = [_stretch("".join(character for character, _ in run), role) for role, run in runs]
    return f"<figure><figcaption>{escape(caption)}</figcaption><pre>{''.join(stretches)}</pre></figure>"


def _stretch(text: str, role: str) -> str:
    title = ' title="first error"' if role == "first_error" else ""
    return f'<span class="{escape(role)}"{title}>{lines(text)}</span>'
