"""Responses token by token: the token table, with proposals, selections and the likeliest tokens of both models."""

from collections.abc import Sequence
from functools import cache, partial
from itertools import chain

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from rlvr_direction.pair import ModelPair
from rlvr_direction.pieces import token_name, token_texts
from rlvr_direction.problems import Problem
from rlvr_direction.scores import SCORES, View
from rlvr_direction.scoring import score_tokens

__all__ = ["TOP", "kept_tokens"]

TOP = 5
MODELS = ("base", "rl")
LOGP_COLUMNS = {f"{model}_top_{TOP + k}": f"{model}_top_{k}_logp" for model in MODELS for k in range(1, TOP + 1)}


def kept_tokens(
    pair: ModelPair, problems: Sequence[Problem], responses: pd.DataFrame, *, batch_size: int
) -> pd.DataFrame:
    """The token table of responses by `respond`, with what was proposed and what each model would rather have said.

    After `TOKEN_COLUMNS` come the five likeliest tokens of each model with their log-probabilities (`base_top_1,
    base_top_1_logp, ...`), `proposal, proposal_delta_logp, selected`, and `problem_id, sample_id, correct, prompt,
    answer`.
    """
    rows = responses.reset_index(drop=True)
    asked = [problems[i] for i in rows["problem_id"]]
    texts = [
        {"prompt": problem.prompt, "response": row.response, "response_ids": row.response_ids}
        for problem, row in zip(asked, rows.itertuples(), strict=True)
    ]
    scores = {**SCORES, **{f"{model}_top": partial(_top, model) for model in MODELS}}
    table = score_tokens(pair, texts, scores=scores, batch_size=batch_size).rename(columns=LOGP_COLUMNS)
    name_of = cache(partial(token_name, pair.tokenizer))
    for name in LOGP_COLUMNS.values():
        ids = name.removesuffix("_logp")
        table[ids] = [name_of(i) for i in table[ids].astype(int)]
    table["token"] = [text for ids in rows["response_ids"] for text in token_texts(pair.tokenizer, ids)]
    drawn = zip(chain.from_iterable(rows["proposal_ids"]), table["token_id"], table["token"], strict=True)
    table = table.assign(
        proposal=[text if proposal == token else name_of(proposal) for proposal, token, text in drawn],
        proposal_delta_logp=list(chain.from_iterable(rows["proposal_delta_logp"])),
        selected=list(chain.from_iterable(rows["selected_at"])),
    )
    of_text = rows[["problem_id", "sample_id", "correct"]]
    of_text = of_text.assign(prompt=[problem.text for problem in asked], answer=[problem.answer for problem in asked])
    return table.join(of_text, on="text_id")


def _top(model: str, view: View, _token: Tensor) -> Float[Tensor, "tokens twice_top"]:
    """A model's `TOP` likeliest tokens at each position: their ids, then their log-probabilities (nats)."""
    best = getattr(view.raw, model).topk(TOP)
    return torch.cat([best.indices, best.values], dim=-1)
