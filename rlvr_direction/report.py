"""The two-model view of responses, token by token: one HTML page that needs nothing but a browser."""

from pathlib import Path

import pandas as pd

from rlvr_direction.markup import shown
from rlvr_direction.records import load

__all__ = ["report", "report_html"]

TOP = 5
FULL = 2.0  # nats at which the colour is full
STYLE = """
:root{color-scheme:light dark;--up:43,112,201;--down:226,98,44}
body{font:16px/1.6 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.05rem;margin:2rem 0 .3rem}.wrong{color:#c0392b}.right{color:#1e8449}
pre.prompt,.tokens{font:15px/2.2 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap}
pre.prompt,.tokens{overflow-wrap:anywhere;background:rgba(128,128,128,.1);padding:.5rem .8rem;margin:.3rem 0}
.token{border:0;font:inherit;color:inherit;padding:.1em .08em;margin:0 1px;border-radius:.2em;background:none}
.token{cursor:help;position:relative;unicode-bidi:isolate}
.token.up{background:rgba(var(--up),var(--size));border-bottom:2px solid rgb(var(--up))}
.token.down{background:rgba(var(--down),var(--size));border-bottom:2px dashed rgb(var(--down))}
.token.caught{outline:2px solid currentColor}.token s{opacity:.65;margin-right:.15em}
.token:focus{outline:3px solid Highlight}
.tip{display:none;position:absolute;left:0;top:100%;z-index:9;background:Canvas;color:CanvasText}
.tip{border:1px solid GrayText;padding:.4rem .6rem;font:13px/1.45 system-ui,sans-serif}
.tip{white-space:pre;text-align:left;border-radius:.3em}
.token:hover .tip,.token:focus .tip{display:block}
.bar{position:sticky;top:0;background:Canvas;padding:.6rem 0;border-bottom:1px solid GrayText;z-index:10}
.bar input{width:min(24rem,60%);vertical-align:middle}
"""
SCRIPT = """
const slider=document.getElementById('threshold'),shown=document.getElementById('value'),
count=document.getElementById('count'),tokens=[...document.querySelectorAll('.token')];
function mark(){const t=+slider.value;let n=0;shown.textContent=t.toFixed(2);
for(const k of tokens){const c=+k.dataset.delta<=t;k.classList.toggle('caught',c);n+=c}
count.textContent=n+' of '+tokens.length+' tokens ('+(100*n/tokens.length).toFixed(1)+' %)'}
slider.addEventListener('input',mark);mark();
"""


def report(decoded: Path, out: Path, *, force: bool = False) -> Path:
    """Write the token view of a table that `decode` wrote, with its tokens file beside it; returns `out`.

    Raises FileNotFoundError where one of the two is missing, FileExistsError for an `out` that is there unless `force`.
    """
    decoded, out = Path(decoded), Path(out)
    tokens = decoded.with_name(f"{decoded.stem}.tokens{decoded.suffix}")
    for path in (decoded, tokens):
        if not path.is_file():
            raise FileNotFoundError(f"{path} is not a file; make both with `rlvr-direction decode ... --out {decoded}`")
    if out.exists() and not force:
        raise FileExistsError(f"{out} exists already: pass --force to replace it")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(report_html(load(decoded), load(tokens)), encoding="utf-8")
    return out


def report_html(responses: pd.DataFrame, tokens: pd.DataFrame) -> str:
    """The page as text: a summary, a slider for the threshold, and every kept response; all model text is escaped.

    `responses` has `RESPONSE_COLUMNS`, `tokens` what `kept_tokens` gives. Raises ValueError where a column is missing.
    """
    wanted = {"text_id", "token", "delta_logp", "proposal", "proposal_delta_logp", "selected", "prompt", "correct"}
    if missing := sorted((wanted | {"base_top_1", "rl_top_1"}) - set(tokens.columns)):
        raise ValueError(f"the tokens file lacks {', '.join(missing)}; write it with `rlvr-direction decode`")
    touched = responses[["n_selected", "n_changed"]].sum() / responses["n_tokens"].sum()
    summary = (
        f"{len(responses)} responses, {responses['correct'].mean():.1%} right; {touched['n_selected']:.1%} of tokens "
        f"selected, {touched['n_changed']:.1%} changed. {shown(str(responses['intervention'].iloc[0]))}"
    )
    texts = "".join(_response(rows) for _, rows in tokens.groupby("text_id", sort=True))
    low = min(-1.0, float(tokens["proposal_delta_logp"].min()))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Token view</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>Token view</h1><p>{summary}</p>"
        "<p>Blue, solid line: RL made the token more likely. Orange, dashed line: less likely. Struck out: the "
        "proposal that was replaced. Move over a token, or tab to it, for what either model would rather have said.</p>"
        '<div class="bar"><label for="threshold">Outline proposals with delta_logp at most </label>'
        f'<input id="threshold" type="range" min="{low:.2f}" max="0" step="0.01" value="-0.3"> '
        '<output id="value" for="threshold"></output> nats: <span id="count" aria-live="polite"></span></div>'
        f"<main>{texts}</main><script>{SCRIPT}</script></body></html>"
    )


def _response(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    verdict = "right" if first["correct"] else "wrong"
    body = "".join(_token(row) for row in rows.to_dict("records"))
    return (
        f'<section><h2>Response {int(first["text_id"])}: <span class="{verdict}">{verdict}</span></h2>'
        f'<pre class="prompt">{_lines(first["prompt"])}</pre><div class="tokens">{body}</div></section>'
    )


def _token(row: dict) -> str:
    delta = row["delta_logp"]
    side = "up" if delta > 0 else "down"
    size = 0.6 * min(1.0, abs(delta) / FULL)
    changed = row["selected"] and row["proposal"] != row["token"]
    struck = f"<s>{shown(row['proposal'])}</s>" if changed else ""
    tip = shown(f"delta_logp {delta:+.2f}" + (", selected" if row["selected"] else "")) + "".join(
        f"\n{model:4} {_tops(row, model)}" for model in ("base", "rl")
    )
    proposed = f'data-delta="{row["proposal_delta_logp"]:.4f}"'
    return (
        f'<button type="button" class="token {side}" style="--size:{size:.2f}" {proposed}>'
        f'{struck}{shown(row["token"])}<span class="tip" role="tooltip">{tip}</span></button>'
        + "\n"
        * row["token"].count("\n")
    )


def _tops(row: dict, model: str) -> str:
    found = [(row[f"{model}_top_{k}"], row[f"{model}_top_{k}_logp"]) for k in range(1, TOP + 1)]
    return "  ".join(f"{shown(token)} {2.718281828459045**logp:.2f}" for token, logp in found)


def _lines(text: str) -> str:
    return "\n".join(map(shown, text.split("\n")))
