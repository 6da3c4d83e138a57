"""The two-model view of responses, token by token: one HTML page that needs nothing but a browser."""

import base64
import gzip
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from rlvr_direction.markup import TOKEN_STYLE, lines, shown, token_html, visible
from rlvr_direction.records import load
from rlvr_direction.settings import ReportSettings

__all__ = ["ReportSettings", "report", "report_html"]

TOP = 5
FULL = 2.0  # nats at which the colour is full
LEAST = 0.01  # a token less likely than this under both models is not named
PER_PAGE = 10
LOWEST = -1000  # where the slider begins, in hundredths of a nat
KEY = ["problem_id", "sample_id"]
OUTCOMES = {"right": "✓", "wrong": "✗", "unfinished": "…"}
RESPONSES = {*KEY, "intervention", "correct", "finished", "n_tokens", "n_selected", "n_changed"}
TOKENS = {*KEY, "text_id", "prompt", "answer", "token", "delta_logp", "proposal", "proposal_delta_logp", "selected"}
TOKENS |= {f"{model}_top_{k}" for model in ("base", "rl") for k in range(1, TOP + 1)}
STYLE = """
:root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;max-width:62rem;margin:auto;padding:1rem 1rem 6em}
h1{font-size:1.5rem}h2{font-size:1.05rem;margin:2rem 0 .3rem}p{overflow-wrap:anywhere}
pre.prompt{font:15px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;margin:.3rem 0}
pre.prompt,.rlvr-tokens{overflow-wrap:anywhere;background:rgba(128,128,128,.1);padding:.5rem .8rem}
.caught{outline:2px solid currentColor}.rlvr-tokens span:focus{outline:3px solid Highlight}
.bar{position:sticky;top:0;background:Canvas;padding:.6rem 0;border-bottom:1px solid GrayText;z-index:10}
.bar{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem}.bar[hidden]{display:none}
.bar input{width:min(16rem,60vw);vertical-align:middle}.bar :is(button,select){font:inherit}
"""
SCRIPT = """
const at=id=>document.getElementById(id),main=document.querySelector('main'),data=JSON.parse(at('data').textContent);
const packs=[Promise.resolve([...main.children].map(section=>section.outerHTML))];let page=0;
async function unpack(text){
 const bytes=Uint8Array.from(atob(text),c=>c.charCodeAt(0));
 const stream=new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
 return JSON.parse(await new Response(stream).text())}
const pack=k=>packs[k]??=unpack(data.packs[k-1]);
function mark(){
 const t=Math.round(100*at('threshold').value),n=data.at_most[t-data.from];
 at('value').textContent=(t/100).toFixed(2);at('count').textContent=n+' of '+data.tokens+' tokens ('+
  (100*n/data.tokens).toFixed(1)+' %)';
 for(const k of main.querySelectorAll('[data-delta]'))k.classList.toggle('caught',+k.dataset.delta<=t)}
async function show(to){
 const wanted=data.outcomes.flatMap((outcome,i)=>!at('outcome').value||outcome===at('outcome').value?[i]:[]);
 const pages=Math.max(1,Math.ceil(wanted.length/data.per_page));page=Math.min(Math.max(to,0),pages-1);
 const here=wanted.slice(page*data.per_page,(page+1)*data.per_page);
 const html=await Promise.all(here.map(async i=>(await pack(Math.floor(i/data.per_page)))[i%data.per_page]));
 main.innerHTML=html.join('')||'<p>No response has this outcome.</p>';
 at('page').textContent='page '+(page+1)+' of '+pages;
 at('before').disabled=!page;at('after').disabled=page===pages-1;tidy();mark()}
function tidy(){for(const box of main.querySelectorAll('.rlvr-tokens'))
 [...box.querySelectorAll('span')].forEach((token,i)=>{token.tabIndex=i?-1:0})}
main.addEventListener('keydown',event=>{
 const step={ArrowRight:1,ArrowLeft:-1}[event.key],box=event.target.closest('.rlvr-tokens');if(!step||!box)return;
 const all=[...box.querySelectorAll('span')];all[all.indexOf(event.target)+step]?.focus();event.preventDefault()});
at('threshold').addEventListener('input',mark);at('outcome').addEventListener('change',()=>show(0));
at('before').addEventListener('click',()=>show(page-1).then(()=>scrollTo(0,0)));
at('after').addEventListener('click',()=>show(page+1).then(()=>scrollTo(0,0)));
for(const bar of document.querySelectorAll('.bar'))bar.hidden=false;
show(0);
"""


def report(settings: ReportSettings) -> Path:
    """Write the token view of a table that `decode` wrote, with its tokens file beside it; returns `settings.out`.

    Raises FileNotFoundError where one of the two is missing, FileExistsError for an `out` that is there unless `force`.
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
    """The page as text: a summary, and every kept response on pages of 10, to be filtered by outcome.

    The first page is plain HTML; the others are packed and need JavaScript. All model text is escaped. `responses` has
    `RESPONSE_COLUMNS`, `tokens` what `kept_tokens` gives. Raises ValueError where a column is missing.
    """
    for name, table, wanted in (("response table", responses, RESPONSES), ("tokens file", tokens, TOKENS)):
        if missing := sorted(wanted - set(table.columns)):
            raise ValueError(f"the {name} lacks {', '.join(missing)}; write it with `rlvr-direction decode`")
    outcome_of = dict(zip(responses[KEY].itertuples(index=False, name=None), _outcomes(responses), strict=True))
    texts = [rows.to_dict("records") for _, rows in tokens.groupby("text_id", sort=True)]
    outcomes = [outcome_of[tuple(rows[0][name] for name in KEY)] for rows in texts]
    sections = [_response(rows, outcome) for rows, outcome in zip(texts, outcomes, strict=True)]
    pages = [sections[i : i + PER_PAGE] for i in range(0, len(sections), PER_PAGE)]
    data = {"outcomes": outcomes, "per_page": PER_PAGE, "packs": [_pack(page) for page in pages[1:]]}
    data |= _thresholds(tokens["proposal_delta_logp"].to_numpy(dtype=float))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Token view</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{TOKEN_STYLE}{STYLE}</style></head><body><h1>Token view</h1><p>{_summary(responses)}</p>"
        "<p>Blue, solid line: RL made the token more likely. Orange, dashed line: less likely. Struck out: the "
        "proposal that was replaced. Point at a token, or tab to a response and use the arrow keys, to see what "
        f"either model would rather have said.</p>{_controls(outcomes)}<main>{''.join(pages[0])}</main>"
        f"<noscript><p>Further responses than these {len(pages[0])} of {len(texts)} need JavaScript.</p></noscript>"
        f'<script type="application/json" id="data">{json.dumps(data)}</script><script>{SCRIPT}</script></body></html>'
    )


def _outcomes(responses: pd.DataFrame) -> list[str]:
    """Right, wrong or unfinished, for each response; what was cut off is never right."""
    finished = np.where(responses["correct"], "right", "wrong")
    return np.where(responses["finished"], finished, "unfinished").tolist()


def _summary(responses: pd.DataFrame) -> str:
    touched = responses[["n_selected", "n_changed"]].sum() / responses["n_tokens"].sum()
    shares = pd.Series(_outcomes(responses)).value_counts(normalize=True)
    said = ", ".join(f"{shares.get(outcome, 0):.1%} {outcome}" for outcome in OUTCOMES)
    return (
        f"{len(responses)} responses: {said}; {touched['n_selected']:.1%} of tokens selected, "
        f"{touched['n_changed']:.1%} changed. {shown(str(responses['intervention'].iloc[0]))}"
    )


def _controls(outcomes: list[str]) -> str:
    options = "".join(f'<option value="{name}">{name} ({outcomes.count(name)})</option>' for name in OUTCOMES)
    return (
        '<div class="bar" hidden><span><label for="outcome">Show </label><select id="outcome">'
        f'<option value="">all responses ({len(outcomes)})</option>{options}</select></span>'
        '<span><button type="button" id="before">Previous</button> <output id="page" aria-live="polite"></output> '
        '<button type="button" id="after">Next</button></span>'
        '<span><label for="threshold">Outline proposals with delta_logp at most </label>'
        f'<input id="threshold" type="range" min="{LOWEST / 100}" max="0" step="0.01" value="-0.3"> '
        '<output id="value" for="threshold"></output> nats: <span id="count" aria-live="polite"></span></span></div>'
    )


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


def _response(rows: list[dict], outcome: str) -> str:
    first = rows[0]
    cells = "".join(_cell(pieces) for pieces in _cells(rows))
    return (
        f"<section><h2>Problem {first['problem_id']}, sample {first['sample_id']}: {OUTCOMES[outcome]} {outcome} "
        f'(expected answer: {shown(first["answer"])})</h2><pre class="prompt">{lines(first["prompt"])}</pre>'
        f'<div class="rlvr-tokens">{cells}</div></section>'
    )


def _cells(rows: list[dict]) -> Iterator[list[dict]]:
    """Tokens with those that they complete: a token without a text of its own belongs to the next one."""
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
    selected = any(row["selected"] for row in pieces)
    changed = any(row["selected"] and row["proposal"] != row["token"] for row in pieces)
    words = [f"delta_logp {delta:+.2f} nats"]
    words += [f"over {len(pieces)} tokens"] * (len(pieces) > 1) + ["selected"] * selected
    return token_html(
        "".join(row["token"] for row in pieces),
        delta,
        f"{', '.join(words)}\n{_tops(pieces[0])}",
        scale=FULL,
        replaced="".join(row["proposal"] for row in pieces) if changed else "",
        attributes=f' data-delta="{_hundredths(min(row["proposal_delta_logp"] for row in pieces))}"',
    )


def _tops(row: dict) -> str:
    """What either model would rather have said: a line per token, with its probability under base and under RL."""
    tops = {
        model: {row[f"{model}_top_{k}"]: math.exp(row[f"{model}_top_{k}_logp"]) for k in range(1, TOP + 1)}
        for model in ("base", "rl")
    }
    best = {token: max(top.get(token, 0) for top in tops.values()) for top in tops.values() for token in top}
    named = sorted((token for token in best if best[token] >= LEAST), key=lambda token: -best[token])
    percents = [[f"{top[token]:4.0%}" if token in top else "   -" for top in tops.values()] for token in named]
    return "\n".join(["base   rl", *(f"{' '.join(p)} {visible(t)}" for p, t in zip(percents, named, strict=True))])
