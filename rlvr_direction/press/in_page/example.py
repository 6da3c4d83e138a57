"""What stands in a page until its pair is loaded, and where scripts are off: one problem, written by the package."""

import re
from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from jaxtyping import Bool

from rlvr_direction.distributions import Sampling
from rlvr_direction.evaluation import respond, score_responses
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Criterion, Intervention, parse
from rlvr_direction.lab.regime import DECIDING, NOISE, checkpoint, problems_of
from rlvr_direction.lab.tasks import SMALL_TASKS
from rlvr_direction.lab.toys import load_toy_pair
from rlvr_direction.markup import FULL, TOKEN_STYLE, text_html, token_html
from rlvr_direction.pair import ModelPair
from rlvr_direction.palette import BASE, RL
from rlvr_direction.press.in_page.shipped import accuracies
from rlvr_direction.problems import Problem

__all__ = ["fill", "live_pair"]

BUDGET = 0.1  # of the gate in the example
TRIED = 60  # problems, of which the example is the first that replacement repairs without an error
WRITERS = ("base alone", "RL alone", "base, repaired")
MARK = re.compile(r"^<!-- live:(\w+) -->$", re.MULTILINE)


def fill(page: str) -> str:
    """A page in which each line `<!-- live:TASK -->` has become the live pair of that task."""
    return MARK.sub(lambda mark: f"```{{raw}} html\n{live_pair(mark[1])}\n```", page)


def live_pair(task: str, *, gamma: float = 0.0) -> str:
    """A task's pair as HTML: a recorded example of three texts, in whose place a script lets the reader decode.

    The example is the first judged problem that the base gets wrong, while RL and replacement get it right without an
    error on the way (two errors may cancel). With a gamma above 0 what replaces is pi_gamma, and the example is the
    first that it alone gets right: the base, RL and replacement by RL are wrong.
    """
    arms = accuracies(task).set_index(["family", "budget"])
    gate = parse(arms.loc[("delta_logp", BUDGET), "where"])
    pair, problems = load_toy_pair(task, checkpoint(task, DECIDING.stage)), problems_of(task, TRIED, "judged")
    write = partial(
        respond, pair, SMALL_TASKS[task], problems, sampling=Sampling(top_p=DECIDING.top_p), seed=NOISE["judged"]
    )
    texts = [write(how) for how in (Intervention(NOWHERE), Intervention(EVERYWHERE), Intervention(gate, gamma))]
    of_rl, wanted = (_without_error(task, problems, text) for text in texts[1:])
    others = [texts[0], *([texts[1], write(Intervention(gate))] if gamma else [])]
    for other in others:
        wanted &= ~other["correct"].to_numpy()
    number = int((wanted if gamma else wanted & of_rl).argmax())
    alone = [score_responses(pair, problems, text.loc[[number]])["delta_logp"].tolist() for text in texts[:2]]
    rows = [text.loc[number] for text in texts]
    figures = map(partial(_figure, pair), WRITERS, rows, [*alone, rows[2]["proposal_delta_logp"]])
    place = f'data-task="{task}" data-problem="{number}" data-gamma="{gamma:g}"'
    colours = f".rlvr-live {{ --base: {BASE}; --rl: {RL}; }}"
    return (
        f'<div class="rlvr-live" {place}><style>{TOKEN_STYLE}{colours}</style><div class="rlvr-live-body">'
        f'<p class="rlvr-live-note">{_said(problems[number], gate, gamma)}</p>'
        f'<div class="rlvr-live-texts">{"".join(figures)}</div></div></div>'
    ).replace("\n\n", "\n")


def _without_error(task: str, problems: Sequence[Problem], text: pd.DataFrame) -> Bool[np.ndarray, " n"]:
    """For each problem's text, whether it is right and no step of it is wrong."""
    roles = map(SMALL_TASKS[task].roles, problems, text["response"])
    return text["correct"].to_numpy() & np.array(["first_error" not in of_text for of_text in roles])


def _said(problem: Problem, gate: Criterion, gamma: float) -> str:
    drawn = "RL" if gamma == 0 else f"a policy beyond RL (gamma {gamma:g})"
    return (
        f"A recorded example: <code>{text_html(problem.prompt.strip())}</code>, whose answer is "
        f"<code>{text_html(problem.answer)}</code>. In the last text the base writes, and where delta_logp of a token "
        f"that it proposes is at most {gate.threshold:.2f}, the token is drawn anew from {drawn}."
    )


def _figure(pair: ModelPair, name: str, row: pd.Series, values: Sequence[float]) -> str:
    """One text, coloured by delta_logp of its tokens, or of the proposals where some were replaced."""
    ids = row["response_ids"], row["proposal_ids"] if name == WRITERS[2] else row["response_ids"]
    tokens = [[pair.tokenizer.decode([token]) for token in column] for column in ids]
    strip = "".join(
        token_html(token, value, f"delta_logp {value:+.2f}", scale=FULL, replaced="" if token == proposed else proposed)
        for token, proposed, value in zip(*tokens, values, strict=True)
    )
    right, verdict = ("true", "✓ right") if row["correct"] else ("false", "✗ wrong")
    return (
        f'<figure><figcaption>{name} <span class="rlvr-live-verdict" data-right="{right}">{verdict}</span></figcaption>'
        f'<div class="rlvr-tokens mathjax_ignore" role="group" aria-label="{name}">{strip}</div></figure>'
    )
