"""Responses token by token: the token table with proposals, selections and what either model would rather have said."""

from collections.abc import Sequence
from functools import cache, partial

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import Problem
from rlvr_direction.scores import SCORES, View
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
    tops = {f"{model}_top": partial(_top, model) for model in ("base", "rl")}
    table = score_tokens(pair, texts, scores={**SCORES, **tops}, batch_size=batch_size)
    table = table.rename(columns={f"{top}_{TOP + k}": f"{top}_{k}_logp" for top in tops for k in range(1, TOP + 1)})
    name = cache(lambda token: pair.tokenizer.decode([token]))
    for column in (f"{top}_{k}" for top in tops for k in range(1, TOP + 1)):
        table[column] = [name(int(token)) for token in table[column]]
    of_text = rows[["problem_id", "sample_id", "correct"]]
    flat = {
        "proposal": [name(i) for ids in rows["proposal_ids"] for i in ids],
        "proposal_delta_logp": [delta for deltas in rows["proposal_delta_logp"] for delta in deltas],
        "selected": [flag for flags in rows["selected_at"] for flag in flags],
    }
    prompts = [problems[i].prompt for i in rows["problem_id"]]
    return table.assign(**flat).join(of_text.assign(prompt=prompts), on="text_id")


def _top(model: str, view: View, _token: Tensor) -> Float[Tensor, "tokens columns"]:
    """The ids of a model's likeliest tokens, exact as float64, then their log-probabilities."""
    top = getattr(view.raw, model).topk(TOP)
    return torch.cat([top.indices.double(), top.values.double()], dim=-1)
