"""The token table: one row a response token, what both policies think of it, exact and memory-bounded."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from rlvr_direction.batches import pad
from rlvr_direction.distributions import PairLogprobs, Sampling, truncate
from rlvr_direction.pair import ModelPair
from rlvr_direction.problems import read_jsonl
from rlvr_direction.records import Run
from rlvr_direction.scores import SCORES, Proposer, Score, View

__all__ = ["TOKEN_COLUMNS", "load_texts", "n_parts", "score_to_file", "score_tokens"]

TEXTS_PER_PART = 256
TOKEN_COLUMNS = ("text_id", "source", "position", "token_id", "token", *SCORES)


class _Encoded(NamedTuple):
    """A text as ids: the prompt's, then the response's."""

    prompt: list[int]
    response: list[int]

    @property
    def ids(self) -> list[int]:
        return self.prompt + self.response


def score_tokens(
    pair: ModelPair,
    texts: Sequence[Mapping[str, Any]],
    *,
    scores: Mapping[str, Score] = SCORES,
    sampling: Sampling = Sampling(),  # noqa: B008 -- frozen
    proposer: Proposer = "base",
    batch_size: int,
    eos: bool = False,
) -> pd.DataFrame:
    """Score every response token under both policies (paper, section 3.1): `TOKEN_COLUMNS`, in nats, a row a token.

    A text is `{"prompt", "response", "source"?, "response_ids"?}`; `response_ids` win where given. Prompt and response
    are tokenised apart and joined, and `eos` appends the end token. `text_id` is the row number in `texts`, `position`
    counts response tokens from 0. Scores are of the raw distribution (T = 1, whole vocabulary); `sampling` and
    `proposer` only reach those that ask for the truncated one. `attrs["cut_mass"]` is the largest probability of
    each model that fell to vocabulary rows the other lacks (0 where they have equally many).
    Raises ValueError for a text that is longer than the context or has an empty prompt.
    """
    encoded = [_encode(pair, text, i, eos=eos) for i, text in enumerate(texts)]
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
    columns, cut = {name: [] for name in scores}, []
    for start in range(0, len(order), batch_size):
        batch = [encoded[i] for i in order[start : start + batch_size]]
        _score_batch(pair, batch, scores, sampling, proposer, columns, cut)
    table = _tokens(pair, texts, encoded, order).assign(**{name: _join(parts) for name, parts in columns.items()})
    table = table.sort_values(["text_id", "position"], kind="stable", ignore_index=True)
    base_cut, rl_cut = np.max(cut, axis=0) if cut else (0.0, 0.0)
    table.attrs["cut_mass"] = {"base": float(base_cut), "rl": float(rl_cut)}
    return table


@torch.inference_mode()
def _score_batch(
    pair: ModelPair,
    batch: Sequence[_Encoded],
    scores: Mapping[str, Score],
    sampling: Sampling,
    proposer: Proposer,
    columns: dict[str, list[Tensor]],
    cut: list[tuple[float, float]],
) -> None:
    """Append each score of the batch's response tokens, text by text, to its column."""
    ids, mask = pad([text.ids for text in batch], pad_id=pair.pad_id)
    prompt_lengths = torch.tensor([len(text.prompt) for text in batch]).unsqueeze(1)
    wanted = mask & (torch.arange(ids.shape[1]) >= prompt_lengths)
    for prediction in pair.at_tokens(ids, mask, wanted):
        raw = prediction.logprobs
        view = View(raw, PairLogprobs(*(truncate(logp, sampling) for logp in raw)), proposer)
        for name, score in scores.items():
            columns[name].append(score(view, prediction.tokens).cpu())
        cut.append(prediction.cut_mass)


def load_texts(path: str | Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file, each `{"prompt", "response", "source"?, "response_ids"?}`.

    Raises ValueError with the line number for a row that is not so, FileNotFoundError where there is no file.
    """
    rows = read_jsonl(path, {"prompt": str, "response": str})
    for i, row in enumerate(rows):
        ids = row.get("response_ids")
        if ids is not None and not (isinstance(ids, list) and all(type(token) is int for token in ids)):
            raise ValueError(
                f"{path}, row {i + 1}: 'response_ids' is {str(ids)[:60]}; expected a list of whole numbers"
            )
        if not isinstance(row.get("source", ""), str):
            raise ValueError(f"{path}, row {i + 1}: 'source' is {row['source']!r}; expected a string")
    return rows


def score_to_file(
    pair: ModelPair, texts: Sequence[Mapping[str, Any]], run: Run, *, batch_size: int, eos: bool = False, command: str
) -> Path:
    """Score texts part by part (`TEXTS_PER_PART` each) into the run's file, under a progress bar; returns its path.

    Every text is checked before the first is scored, so that a refusal leaves nothing behind.
    """
    for i, text in enumerate(texts):
        _encode(pair, text, i, eos=eos)
    for index in run.parts("scoring"):
        first = index * TEXTS_PER_PART
        table = score_tokens(pair, texts[first : first + TEXTS_PER_PART], batch_size=batch_size, eos=eos)
        run.write(index, table.assign(text_id=table["text_id"] + first))
    return run.finish({"command": command})


def n_parts(texts: Sequence[Mapping[str, Any]]) -> int:
    """How many parts `score_to_file` cuts texts into."""
    return -(-len(texts) // TEXTS_PER_PART)


def _encode(pair: ModelPair, text: Mapping[str, Any], row: int, *, eos: bool) -> _Encoded:
    """One text as ids, checked against the context."""
    prompt = pair.encode_prompt(text["prompt"])
    response = text.get("response_ids")
    response = pair.encode_response(text["response"]) if response is None else list(response)
    response += [pair.tokenizer.eos_token_id] if eos else []
    if not prompt:
        raise ValueError(f"text {row} has an empty prompt; the first response token needs something to follow")
    if (length := len(prompt) + len(response)) > pair.context:
        raise ValueError(
            f"text {row} has {len(prompt)} prompt and {len(response)} response tokens, {length} in all; the models "
            f"take at most {pair.context}: shorten it or leave it out"
        )
    if out_of_range := [i for i in response if not 0 <= i < pair.vocab_size]:
        raise ValueError(f"text {row} has response id {out_of_range[0]}; expected 0 to {pair.vocab_size - 1}")
    return _Encoded(prompt, response)


def _tokens(
    pair: ModelPair, texts: Sequence[Mapping[str, Any]], encoded: Sequence[_Encoded], order: Sequence[int]
) -> pd.DataFrame:
    """Which token each row is, in the order in which they were scored."""
    lengths = [len(encoded[i].response) for i in order]
    text_id = np.repeat(np.array(order, dtype=np.int64), lengths)
    token_id = np.array([token for i in order for token in encoded[i].response], dtype=np.int64)
    sources = np.array([text.get("source", "") for text in texts], dtype=object)
    names = {i: pair.tokenizer.decode([i]) for i in np.unique(token_id).tolist()}
    return pd.DataFrame(
        {
            "text_id": text_id,
            "source": sources[text_id],
            "position": np.concatenate([np.arange(n) for n in lengths] or [np.arange(0)]),
            "token_id": token_id,
            "token": [names[i] for i in token_id.tolist()],
        }
    )


def _join(parts: Sequence[Tensor]) -> np.ndarray:
    return torch.cat(list(parts)).numpy() if parts else np.zeros(0, dtype=np.float32)
