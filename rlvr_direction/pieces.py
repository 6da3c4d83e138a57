"""The text that each token of a sequence carries, where one character may take several tokens."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase
from transformers.convert_slow_tokenizer import bytes_to_unicode

__all__ = ["token_name", "token_texts"]


def token_texts(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> list[str]:
    """The text of each token in its place; joined, they are the decoded whole.

    A token that completes a character of several tokens carries it, and the tokens before it carry "".
    """
    whole = tokenizer.decode(ids)
    alone = [tokenizer.decode([i]) for i in ids]
    if "".join(alone) == whole:
        return alone
    texts, start, done = [], 0, 0  # ids[:start] carry whole[:done]
    for end in range(1, len(ids) + 1):
        before = max(0, start - 1)  # the token before decides whether a leading space is kept
        text = tokenizer.decode(ids[before:end])[len(tokenizer.decode(ids[before:start])) :]
        known = whole.startswith(text, done) and not text.endswith("\ufffd")
        texts.append(text if known else "")
        if known:
            start, done = end, done + len(text)
    return [*texts[:-1], texts[-1] + whole[done:]]


def token_name(tokenizer: PreTrainedTokenizerBase, token_id: int) -> str:
    r"""A token on its own: its text, or its bytes such as \xe2\x82 where they are no whole character."""
    text = tokenizer.decode([token_id])
    if "\ufffd" not in text:
        return text
    piece = tokenizer.convert_ids_to_tokens(token_id)
    byte_of = {character: byte for byte, character in bytes_to_unicode().items()}
    if not all(character in byte_of for character in piece):
        return piece
    return bytes(byte_of[character] for character in piece).decode("utf-8", errors="backslashreplace")
