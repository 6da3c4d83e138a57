"""Responses token by token: the token table with proposals, selections and what either model would rather have said."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
from torch import Tensor

from rlvr_direction.distributions import at
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Problem
from rlvr_direction.scores import SCORES, Score, View
from rlvr_direction.scoring import score_tokens

__all__ = ["TOP", "kept_tokens"]

TOP = 5


def kept_tokens(
    pair: ModelPair, problems: Sequence[Problem], responses: pd.DataFrame, *, batch_size: int
) -> pd.DataFrame:
    """The token table of responses by `respond`, with what was proposed and what either model would rather have said.

    Beside `TOKEN_COLUMNS`: `proposal, proposal_delta_logp, selected`, the five likeliest tokens of both models with
    their log-probabilities (`base_top_1, base_top_1_logp, ...`), and `prompt, problem_id, sample_id, correct`.
    """
    rows = responses.reset_index(drop=True)
    texts = [
        {"prompt": problems[row.problem_id].prompt, "response": row.response, "response_ids": row.response_ids}
        for row in rows.itertuples()
    ]
    top = {f"{model}_top_{k}": partial(_top, model, k) for model in ("base", "rl") for k in range(1, TOP + 1)}
    logps = {f"{name}_logp": partial(_logp, score) for name, score in top.items()}
    scores = {**SCORES, **top, **logps}
    table = score_tokens(pair, texts, scores=scores, batch_size=batch_size)
    names = {i: pair.tokenizer.decode([i]) for i in range(pair.vocab_size)} if pair.vocab_size < 1000 else {}
    for name in top:
        table[name] = [names.get(i) or pair.tokenizer.decode([i]) for i in table[name].astype(int)]
    of_text = rows[["problem_id", "sample_id", "correct"]]
    flat = {
        "proposal": [pair.tokenizer.decode([i]) for ids in rows["proposal_ids"] for i in ids],
        "proposal_delta_logp": [delta for deltas in rows["proposal_delta_logp"] for delta in deltas],
        "selected": [flag for flags in rows["selected_at"] for flag in flags],
    }
    prompts = [problems[i].text for i in rows["problem_id"]]
    return table.assign(**flat).join(of_text.assign(prompt=prompts), on="text_id")


def _top(model: str, k: int, view: View, _token: Tensor) -> Tensor:
    """The k-th likeliest token of a model."""
    policy = getattr(view.raw, model)
    return policy.topk(min(k, policy.shape[-1])).indices[..., -1]


def _logp(score: Score, view: View, token: Tensor) -> Tensor:
    """The log-probability of the token that another score names, under the model that it names it for."""
    return at(getattr(view.raw, score.args[0]), score(view, token))
