"""Pieces of characters: the texts of the tokens add up to the decoded whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import bytes_to_unicode

from rlvr_direction.pieces import token_name, token_texts


def byte_level():
    """One token per byte, written as byte-level BPE writes it."""
    fast = Tokenizer(models.BPE({character: byte for byte, character in bytes_to_unicode().items()}, []))
    fast.pre_tokenizer, fast.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=fast)


def byte_fallback():
    """Words with a mark for their leading space, which is dropped at the start of a text, and one token per byte."""
    words = {f"<0x{byte:02X}>": byte for byte in range(256)} | {"<unk>": 256, "▁a": 257, "b": 258}
    fast = Tokenizer(models.BPE(words, [], unk_token="<unk>", byte_fallback=True))
    marks = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    fast.decoder = decoders.Sequence(marks)
    return PreTrainedTokenizerFast(tokenizer_object=fast)


BYTES, FALLBACK = byte_level(), byte_fallback()


@given(st.lists(st.integers(0, 255), max_size=12) | st.text(max_size=6).map(lambda text: list(text.encode())))
def test_the_texts_of_any_bytes_add_up_to_the_decoded_whole(ids):
    assert "".join(token_texts(BYTES, ids)) == BYTES.decode(ids)


@given(st.lists(st.integers(0, 258), max_size=12))
def test_the_texts_add_up_where_a_leading_space_depends_on_the_place(ids):
    assert "".join(token_texts(FALLBACK, ids)) == FALLBACK.decode(ids)


@pytest.mark.parametrize("tokenizer", [BYTES, FALLBACK])
def test_the_token_that_completes_a_character_carries_it(tokenizer):
    assert token_texts(tokenizer, list("a€b".encode())) == ["a", "", "", "€", "b"]


def test_a_character_cut_off_at_the_end_is_shown_as_cut_off():
    assert token_texts(BYTES, list("é€".encode())[:-1]) == ["", "é", "", "\ufffd"]


def test_every_word_keeps_its_place_and_its_space():
    assert token_texts(FALLBACK, [257, 257, 258]) == ["a", " a", "b"]


def test_a_token_that_is_not_a_whole_character_is_named_by_its_bytes():
    assert token_name(BYTES, 0xE2) == "\\xe2" and token_name(BYTES, ord("x")) == "x"
    assert token_name(FALLBACK, 0xE2) == "<0xE2>" and token_name(FALLBACK, 258) == "b"
