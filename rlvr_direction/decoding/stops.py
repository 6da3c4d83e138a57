"""Responses that end with a text, such as </answer>, as they did where a model was trained."""

from collections.abc import Sequence

import torch
from transformers import PreTrainedTokenizerBase

from rlvr_direction.decoding.rounds import Decoded, Rows, Written

__all__ = ["until"]


def until(
    written: Written, decoded: Decoded, rows: Rows, stop: Sequence[str], tokenizer: PreTrainedTokenizerBase
) -> Written:
    """What a round wrote, up to the first token with which a row's text holds one of the stop texts.

    `decoded` is what was written before. A token is kept whole, also where its text goes on after the stop.
    """
    reach = max(len(text.encode()) for text in stop)  # a token carries at least one byte
    n_kept, finished, last = written.columns.n_tokens.clone(), written.columns.finished.clone(), written.last.clone()
    for row, number in enumerate(rows.number.tolist()):
        before, n = int(rows.written[row]), int(n_kept[row])
        earlier = decoded.token_ids[number, max(0, before - reach) : before].tolist()
        new = written.columns.token_ids[row, :n].tolist()
        if first := _first_stop(tokenizer, earlier, new, stop):
            n_kept[row], finished[row], last[row] = first, True, new[first - 1]
    kept = torch.arange(written.kept.shape[1]) < n_kept.unsqueeze(1)
    return Written(written.columns._replace(n_tokens=n_kept, finished=finished), kept, last)


def _first_stop(tokenizer: PreTrainedTokenizerBase, earlier: list[int], new: list[int], stop: Sequence[str]) -> int:
    """How many of the new tokens it takes until the text holds a stop text; 0 if all of them do not."""

    def holds(k: int) -> bool:
        text = tokenizer.decode(earlier + new[:k], skip_special_tokens=False)
        return any(end in text for end in stop)

    return next(k for k in range(1, len(new) + 1) if holds(k)) if holds(len(new)) else 0
