"""The text that each token of a sequence carries, where one character may take several tokens."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase
from transformers.convert_slow_tokenizer import bytes_to_unicode

__all__ = ["token_name", "token_texts"]

CUT_OFF = "\ufffd"  # what a tokenizer writes for bytes that are not a whole character


def token_texts(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> list[str]:
    """Return one text per token; joined, the texts are the decoded sequence.

    The token that completes a character carries it, and the earlier tokens of that character carry "".
    """
    whole = tokenizer.decode(ids)
    alone = [tokenizer.decode([i]) for i in ids]
    if "".join(alone) == whole:
        return alone
    texts, start, done = [], 0, 0  # ids[:start] carry whole[:done]
    for end in range(1, len(ids) + 1):
        before = max(0, start - 1)  # the previous token decides whether a leading space is kept
        text = tokenizer.decode(ids[before:end])[len(tokenizer.decode(ids[before:start])) :]
        known = whole.startswith(text, done) and not text.endswith(CUT_OFF)
        texts.append(text if known else "")
        if known:
            start, done = end, done + len(text)
    return [*texts[:-1], texts[-1] + whole[done:]]


def token_name(tokenizer: PreTrainedTokenizerBase, token_id: int) -> str:
    r"""Return the text of a single token, or its bytes, such as \xe2\x82, if they are not a whole character."""
    text = tokenizer.decode([token_id])
    if CUT_OFF not in text:
        return text
    piece = tokenizer.convert_ids_to_tokens(token_id)
    byte_of = {character: byte for byte, character in bytes_to_unicode().items()}
    if not all(character in byte_of for character in piece):
        return piece
    return bytes(byte_of[character] for character in piece).decode("utf-8", errors="backslashreplace")
