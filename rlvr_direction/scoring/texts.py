"""Texts to score: read from a file or a table, checked, and encoded."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from transformers import PreTrainedTokenizerBase

from rlvr_direction import records
from rlvr_direction.problems import read_rows
from rlvr_direction.prompts import Prompt, encode_prompt

__all__ = ["Encoded", "encode", "load_texts", "prompt_of", "require_fit", "texts_path"]


class Encoded(NamedTuple):
    """The token ids of a text: the prompt's and the response's."""

    text_id: int
    source: str
    prompt: list[int]
    response: list[int]

    @property
    def ids(self) -> list[int]:
        """The ids of prompt and response, joined."""
        return self.prompt + self.response


def load_texts(path: str | Path) -> list[dict[str, Any]]:
    """Read the rows of a JSONL or Parquet file, each `{"prompt", "response", "source"?, "response_ids"?}`.

    Token ids in `prompt_ids` take the place of the prompt. For a table of responses that `decode` wrote, the rows are
    those of the texts file beside it. Raises ValueError for any other kind of file and, with its number, for a row of
    another form, and FileNotFoundError if there is no file.
    """
    beside = texts_path(path)
    path = beside if beside.is_file() else path
    rows = read_rows(path, {"prompt": (str, list), "response": (str,)})
    for i, row in enumerate(rows, start=1):
        _check(row, f"{path}, row {i}")
    return rows


def texts_path(out: str | Path) -> Path:
    """Where `decode` puts, beside its table, the texts that `score` reads, with exact token ids.

    >>> texts_path("runs/decoded.parquet").as_posix()
    'runs/decoded.texts.parquet'
    """
    out = Path(out)
    return out.with_name(f"{out.stem}.texts{out.suffix}")


def encode(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[Mapping[str, Any]] | pd.DataFrame,
    *,
    context: int,
    vocab_size: int,
    eos: bool = False,
) -> list[Encoded]:
    """Encode texts, or the rows of a table of texts, for models of this context and vocabulary; `eos` appends the end.

    Raises ValueError for a text that lacks a key, has an empty prompt or an id that is not a token, or is longer than
    the context.
    """
    rows = records.rows(texts) if isinstance(texts, pd.DataFrame) else texts
    encoded = [_encode(tokenizer, text, i, eos=eos) for i, text in enumerate(rows)]
    require_fit(encoded, context=context, vocab_size=vocab_size)
    return encoded


def require_fit(texts: Sequence[Encoded], *, context: int, vocab_size: int) -> None:
    """Raise ValueError for a text that models of this context and vocabulary cannot read."""
    for text in texts:
        _require_fit(text, context, vocab_size)


def prompt_of(text: Mapping[str, Any]) -> Prompt:
    """The prompt of a text: its `prompt_ids`, if it has any, else its `prompt`."""
    return text["prompt_ids"] if "prompt_ids" in text else text["prompt"]


def _encode(tokenizer: PreTrainedTokenizerBase, text: Mapping[str, Any], row: int, *, eos: bool) -> Encoded:
    _check(text, f"text {row}")
    prompt, response = encode_prompt(tokenizer, prompt_of(text)), text.get("response_ids")
    if response is None:
        response = tokenizer(text["response"], add_special_tokens=False)["input_ids"]
    return Encoded(row, text.get("source", ""), prompt, [*response, *([tokenizer.eos_token_id] if eos else [])])


def _require_fit(text: Encoded, context: int, vocab_size: int) -> None:
    row, prompt, response = text.text_id, text.prompt, text.response
    if not prompt:
        raise ValueError(f"text {row} has an empty prompt; the first response token needs something to follow")
    if (length := len(text.ids)) > context:
        raise ValueError(
            f"text {row} has {len(prompt)} prompt and {len(response)} response tokens, {length} in all; the models "
            f"take at most {context}: shorten it or leave it out"
        )
    for name, ids in (("prompt", prompt), ("response", response)):
        if out_of_range := [i for i in ids if not 0 <= i < vocab_size]:
            raise ValueError(f"text {row} has {name} id {out_of_range[0]}; expected 0 to {vocab_size - 1}")


def _check(text: Mapping[str, Any], where: str) -> None:
    """Raise ValueError for a text that lacks a key or has a value of another type."""
    ids = text.get("response_ids")
    needed = {} if "prompt_ids" in text else {"prompt": (str, list)}
    needed |= {"response": str} if ids is None else {}
    if missing := needed.keys() - text.keys():
        raise ValueError(f"{where}: no key {min(missing)!r}, only {sorted(text)}; add it or rename the column")
    for key, kind in {**needed, "source": str}.items():
        if not isinstance(text.get(key, ""), kind):
            expected = "a string or a list of messages" if key == "prompt" else "a string"
            raise ValueError(f"{where}: {key!r} is {str(text[key])[:60]}; expected {expected}")
    if ids is not None and not (isinstance(ids, list) and all(type(token) is int for token in ids)):
        raise ValueError(f"{where}: 'response_ids' is {str(ids)[:60]}; expected a list of whole numbers")
