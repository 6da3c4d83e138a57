"""The token table: what both policies think of every response token, exact and with bounded memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from rlvr_direction.batches import Batch, pad
from rlvr_direction.distributions import Sampling
from rlvr_direction.pair import ModelPair, Predictions
from rlvr_direction.scores import SCORES, Proposer, Score, Truncated, View
from rlvr_direction.scoring.fused import fused, is_fused
from rlvr_direction.scoring.texts import Encoded, encode

__all__ = ["TOKEN_COLUMNS", "at_responses", "batches", "by_length", "score_encoded", "score_tokens"]

BATCH_TOKENS = 1 << 15  # padding included
TOKEN_COLUMNS = ("text_id", "source", "position", "token_id", "token", *SCORES)


def score_tokens(
    pair: ModelPair,
    texts: Sequence[Mapping[str, Any]] | pd.DataFrame,
    *,
    scores: Mapping[str, Score] = SCORES,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    proposer: Proposer = "base",
    batch_size: int,
    eos: bool = False,
) -> pd.DataFrame:
    r"""Score every response token under both policies (paper, section 3.1), in nats, with one row per token.

    The columns are `TOKEN_COLUMNS`. A text is `{"prompt", "response", "source"?, "response_ids"?}`, or a row of a
    DataFrame with these columns. A prompt is a string or a list of messages; `prompt_ids` and `response_ids`, if
    given, replace prompt and response. Prompt and response are tokenised separately and joined, and `eos` appends the
    end token. `text_id` is the row number in `texts`, and `position` counts response tokens from 0. Scores are of the
    raw distribution (T = 1, whole vocabulary); `sampling` and `proposer` matter only to scores that look at the
    truncated one. A score with k numbers per token fills the columns `name_1` to `name_k`. `attrs["cut_mass"]` is the
    largest probability that each model gives to vocabulary rows the other lacks (0 if they have equally many). Raises
    ValueError for a text of another form, with an empty prompt or longer than the context, and for logits that are not
    finite.

    >>> from rlvr_direction import load_toy_pair
    >>> texts = [{"prompt": "Q:7+5*3-4\n", "response": "18"}]
    >>> score_tokens(load_toy_pair("arithmetic"), texts, batch_size=1)[["position", "token", "delta_logp"]].round(2)
       position token  delta_logp
    0         0     1       -1.01
    1         1     8       -3.18
    """
    encoded = by_length(encode(pair.tokenizer, texts, context=pair.context, vocab_size=pair.vocab_size, eos=eos))
    found = at_responses(pair, encoded, batch_size)
    return score_encoded(pair.tokenizer, encoded, found, scores=scores, sampling=sampling, proposer=proposer)


@torch.inference_mode()
def score_encoded(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[Encoded],
    predictions: Iterable[Predictions],
    *,
    scores: Mapping[str, Score] = SCORES,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    proposer: Proposer = "base",
) -> pd.DataFrame:
    """The table of `score_tokens` for encoded texts and what is predicted at their response tokens, text by text.

    Each text keeps its `text_id`.
    """
    table = _tokens(tokenizer, texts)
    columns, done, cut = {}, 0, [(0.0, 0.0)]
    for prediction in predictions:
        here = slice(done, done := done + len(prediction.tokens))
        _require_finite(prediction.logits, table, here)
        if is_fused(scores):
            found = fused(prediction.logits, prediction.tokens, scores)
        else:
            view = View(raw := prediction.logprobs, Truncated(raw, sampling), proposer)
            found = {name: score(view, prediction.tokens) for name, score in scores.items()}
        for name in scores:
            _fill(columns, name, found[name], here, len(table))
        cut.append(prediction.cut_mass)
    table = table.assign(**(columns or dict.fromkeys(scores, np.zeros(0, dtype=np.float32))))
    table = table.sort_values(["text_id", "position"], kind="stable", ignore_index=True)
    table.attrs["cut_mass"] = dict(zip(("base", "rl"), np.max(cut, axis=0).tolist(), strict=True))
    return table


def by_length(texts: Iterable[Encoded]) -> list[Encoded]:
    """The order in which texts are read: a batch of equally long ones has little padding."""
    return sorted(texts, key=lambda text: len(text.ids))


def at_responses(pair: ModelPair, texts: Sequence[Encoded], batch_size: int) -> Iterator[Predictions]:
    """What both models predict at the response tokens, text by text, in chunks of bounded size."""
    for batch in batches(texts, batch_size, pair.pad_id):
        yield from pair.at_tokens(*batch)


def batches(texts: Sequence[Encoded], batch_size: int, pad_id: int) -> Iterator[Batch]:
    """Texts as padded batches in which the response tokens are wanted: at most `BATCH_TOKENS` tokens, or one text."""
    start = 0
    while start < len(texts):
        some = texts[start : start + batch_size]
        while len(some) > 1 and len(some) * max(len(text.ids) for text in some) > BATCH_TOKENS:
            some = some[:-1]
        start += len(some)
        ids, mask = pad([text.ids for text in some], pad_id=pad_id)
        prompt_lengths = torch.tensor([len(text.prompt) for text in some]).unsqueeze(1)
        yield Batch(ids, mask, mask & (torch.arange(ids.shape[1]) >= prompt_lengths))


def _fill(columns: dict[str, np.ndarray], name: str, values: Tensor, here: slice, length: int) -> None:
    """Write a chunk's scores into full-length columns: small arrays between large freed ones would pin the heap."""
    parts = {name: values} if values.ndim == 1 else {f"{name}_{k}": v for k, v in enumerate(values.unbind(1), start=1)}
    for part, numbers in parts.items():
        numbers = numbers.cpu().numpy()
        columns.setdefault(part, np.zeros(length, dtype=numbers.dtype))[here] = numbers


def _require_finite(logits: tuple[Tensor, Tensor], table: pd.DataFrame, here: slice) -> None:
    """Raise ValueError for logits that are nan or infinite; minus infinity only excludes a token."""
    for model, rows in zip(("base", "rl"), logits, strict=True):
        largest = rows.amax(-1)  # nan if any is
        if (wrong := largest.isnan() | largest.isinf()).any():
            row = table.iloc[here.start + int(wrong.int().argmax())]
            raise ValueError(
                f"the {model} model gave logits that are not finite at response position {row['position']} of text "
                f"{row['text_id']}; check the checkpoint and its dtype"
            )


def _tokens(tokenizer: PreTrainedTokenizerBase, texts: Sequence[Encoded]) -> pd.DataFrame:
    """Which token each row is, text by text."""
    lengths = [len(text.response) for text in texts]
    token_id = np.array([token for text in texts for token in text.response], dtype=np.int64)
    names = {i: tokenizer.decode([i]) for i in np.unique(token_id).tolist()}
    return pd.DataFrame(
        {
            "text_id": np.repeat(np.array([text.text_id for text in texts], dtype=np.int64), lengths),
            "source": np.repeat(np.array([text.source for text in texts], dtype=object), lengths),
            "position": np.concatenate([np.arange(n) for n in lengths] or [np.arange(0)]),
            "token_id": token_id,
            "token": [names[i] for i in token_id.tolist()],
        }
    )
