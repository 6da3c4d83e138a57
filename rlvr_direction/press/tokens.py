"""A strip of tokens, coloured by a signed number: what a model wrote is only ever shown, never interpreted."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from operator import itemgetter

from rlvr_direction.markup import shown

__all__ = ["chains_html", "tokens_html"]

STYLE = """<style>
.rlvr-tokens{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9rem;line-height:2.1;margin:0}
.rlvr-tokens{white-space:pre-wrap;overflow-wrap:anywhere;padding:.6rem .2rem}
.rlvr-tokens span{position:relative;border-radius:.2em;padding:.15em .1em;margin:0 1px;unicode-bidi:isolate}
.rlvr-tokens .up{background:rgba(43,112,201,var(--size));border-bottom:2px solid rgb(43,112,201)}
.rlvr-tokens .down{background:rgba(226,88,34,var(--size));border-bottom:2px dashed rgb(226,88,34)}
.rlvr-tokens span:focus{outline:2px solid currentColor}
.rlvr-tokens span[data-value]:focus::after{content:attr(data-value);position:absolute;left:0;top:100%;z-index:9}
.rlvr-tokens span[data-value]:focus::after{font:.75rem/1.4 system-ui,sans-serif;white-space:nowrap;padding:.1em .5em}
.rlvr-tokens span[data-value]:focus::after{background:#222;color:#fff;border-radius:.3em}
.rlvr-tokens.legend{font-size:.8rem;padding:0 .2rem}
</style>"""
CHAIN_STYLE = """<style>
.rlvr-chains{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;margin:.4rem 0 1.2rem}
.rlvr-chains figure{flex:1 1 13rem;margin:0;min-width:0}
.rlvr-chains figcaption{font-size:.85rem;text-align:left;margin:0}
.rlvr-chains pre{margin:.2rem 0 0;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.6}
.rlvr-chains .decide{font-weight:700;color:var(--pst-color-primary,#1f5fae)}
.rlvr-chains .first_error{background:rgba(226,88,34,.45);outline:2px dashed rgb(226,88,34)}
</style>"""


def tokens_html(tokens: Sequence[str], values: Sequence[float], *, scale: float, name: str, unit: str) -> str:
    """The tokens as static HTML, each coloured by the sign and the size of its value and focusable; then a legend."""
    if len(tokens) != len(values):
        raise ValueError(f"{len(tokens)} tokens and {len(values)} values; a strip needs one value a token")
    strip = "".join(_token(token, value, scale, unit) for token, value in zip(tokens, values, strict=True))
    low = f'<span class="down" style="--size:.6">{escape(name)} at most {-scale:g} {unit}</span>'
    high = f'<span class="up" style="--size:.6">at least {scale:+g} {unit}</span>'
    legend = f'<div class="rlvr-tokens legend">{low} 0 {high}</div>'
    label = f'role="group" aria-label="{len(tokens)} tokens coloured by {escape(name)}"'
    return f'{STYLE}<div class="rlvr-tokens mathjax_ignore" {label}>{strip}</div>{legend}'


def chains_html(chains: Mapping[str, tuple[str, Sequence[str]]]) -> str:
    """Chains of thought side by side as static HTML: a caption, the text, and a role for each of its characters."""
    panels = "".join(_panel(caption, text, roles) for caption, (text, roles) in chains.items())
    return f'{CHAIN_STYLE}<div class="rlvr-chains mathjax_ignore">{panels}</div>'


def _panel(caption: str, text: str, roles: Sequence[str]) -> str:
    if len(text) != len(roles):
        raise ValueError(f"{len(text)} characters and {len(roles)} roles; a chain needs one role a character")
    runs = groupby(zip(text, roles, strict=True), key=itemgetter(1))
    stretches = [_stretch("".join(character for character, _ in run), role) for role, run in runs]
    return f"<figure><figcaption>{escape(caption)}</figcaption><pre>{''.join(stretches)}</pre></figure>"


def _stretch(text: str, role: str) -> str:
    lines = "\n".join(map(shown, text.split("\n")))
    told = ' title="first error"' if role == "first_error" else ""
    return f'<span class="{escape(role)}"{told}>{lines}</span>'


def _token(token: str, value: float, scale: float, unit: str) -> str:
    size = 0.6 * min(1.0, abs(value) / scale) if not math.isnan(value) else 0.0
    side = "up" if value > 0 else "down" if value < 0 else "same"
    words = f"{value:+.2f} {unit}"
    return (
        f'<span class="{side}" style="--size:{size:.2f}" tabindex="0" role="img" title="{words}" data-value="{words}" '
        f'aria-label="{escape(repr(token))}, {words}">{shown(token)}</span>' + "\n" * token.count("\n")
    )
