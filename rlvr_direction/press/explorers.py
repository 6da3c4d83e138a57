"""Explorers for a notebook with a kernel: a pair of the reader's own is scored, and decodes, while sliders move.

A page has no kernel, so where the book is run an explorer shows nothing; the live pair is its twin there.
"""

import os
from collections.abc import Callable
from html import escape

from rlvr_direction.decoding import decode
from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Criterion, Intervention
from rlvr_direction.markup import FULL, tokens_html
from rlvr_direction.pair import ModelPair
from rlvr_direction.scoring import score_tokens

__all__ = ["decoding", "scoring"]


def scoring(pair: ModelPair, prompt: str, response: str) -> object | None:
    """Two boxes for a prompt and a response of one's own; each token of the response with its `delta_logp`."""
    return _explorer(lambda prompt, response: scored_html(pair, prompt, response), prompt=prompt, response=response)


def decoding(
    pair: ModelPair, prompt: str, *, threshold: float, gamma: float = 0.0, top_p: float = 1.0, max_new_tokens: int
) -> object | None:
    """A prompt, and sliders for threshold, gamma, top_p and seed; the base, RL and the mixture write side by side."""

    def written(prompt: str, threshold: float, gamma: float, top_p: float, seed: int) -> str:
        gate = Intervention(Criterion("delta_logp", "<=", threshold), gamma)
        return decoded_html(pair, prompt, gate, Sampling(top_p=top_p), seed=seed, max_new_tokens=max_new_tokens)

    ranges = {"threshold": (-5.0, 0.0, 0.05), "gamma": (-1.0, 4.0, 0.1), "top_p": (0.05, 1.0, 0.05), "seed": (0, 99, 1)}
    start = {"threshold": threshold, "gamma": gamma, "top_p": top_p, "seed": 0}
    return _explorer(written, ranges, prompt=prompt, **start)


def scored_html(pair: ModelPair, prompt: str, response: str) -> str:
    """The tokens of a response, coloured by `delta_logp`; for what cannot be scored, the reason."""
    try:
        tokens = score_tokens(pair, [{"prompt": prompt, "response": response}], batch_size=1)
    except ValueError as reason:
        return f"<p>{escape(str(reason))}</p>"
    return tokens_html(
        tokens["token"].tolist(), tokens["delta_logp"].tolist(), scale=FULL, name="delta_logp", unit="nats"
    )


def decoded_html(
    pair: ModelPair, prompt: str, gate: Intervention, sampling: Sampling, *, seed: int, max_new_tokens: int
) -> str:
    """What three writers make of a prompt with the same noise, each token coloured by its `delta_logp`."""
    writers = {"the base alone": Intervention(NOWHERE), "RL alone": Intervention(EVERYWHERE), "the mixture": gate}
    shown = []
    for name, how in writers.items():
        try:
            ids = [pair.encode_prompt(prompt)]
            found = decode(pair, ids, how, sampling, seed=seed, max_new_tokens=max_new_tokens, batch_size=1, block=1)
        except ValueError as reason:
            return f"<p>{escape(str(reason))}</p>"
        n = int(found.n_tokens[0])
        tokens = [pair.tokenizer.decode([token]) for token in found.token_ids[0, :n].tolist()]
        values = (found.logp_rl - found.logp_base)[0, :n].tolist()
        said = f"{name}: {int(found.selected[0, :n].sum())} of {n} tokens drawn anew"
        shown.append(f"<h4>{said}</h4>{tokens_html(tokens, values, scale=FULL, name='delta_logp', unit='nats')}")
    return "".join(shown)


def _explorer(html_of: Callable[..., str], ranges: dict | None = None, **start: str | int | float) -> object | None:
    """A box of controls and what they give; it is computed when a control is let go. None where the book is run."""
    if "RLVR_BOOK" in os.environ:
        return None
    import ipywidgets as widgets

    controls = {name: _control(name, value, (ranges or {}).get(name)) for name, value in start.items()}
    page = widgets.HTML()

    def update(_: object = None) -> None:
        page.value = html_of(**{name: control.value for name, control in controls.items()})

    for control in controls.values():
        control.observe(update, "value")
    update()
    return widgets.VBox([*controls.values(), page])


def _control(name: str, value: str | int | float, ends: tuple[int | float, int | float, int | float] | None) -> object:
    """A box for text; a slider from one end to the other for a number."""
    import ipywidgets as widgets

    if isinstance(value, str):
        return widgets.Textarea(value, description=name, continuous_update=False)
    low, high, step = ends
    slider = widgets.IntSlider if isinstance(value, int) else widgets.FloatSlider
    return slider(value, min=low, max=high, step=step, description=name, continuous_update=False)
