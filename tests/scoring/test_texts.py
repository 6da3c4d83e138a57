"""Texts from files and tables: the same rows whatever they came in, and refusals that name the row."""

import json

import pandas as pd
import pytest

from rlvr_direction.scoring import load_texts, score_tokens
from rlvr_direction.scoring.texts import encode

ROWS = [
    {"prompt": "1+1=", "response": "2", "source": "base"},
    {"prompt": "2+2=", "response": "4", "response_ids": [5, 1]},
]


def written(tmp_path, rows, name="texts.jsonl"):
    path = tmp_path / name
    if path.suffix == ".parquet":
        pd.DataFrame(rows).to_parquet(path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("name", ["texts.jsonl", "texts.parquet"])
def test_rows_are_the_same_from_either_kind_of_file(tmp_path, name):
    assert load_texts(written(tmp_path, ROWS, name)) == ROWS


def test_a_table_of_texts_scores_as_its_rows_do(load_pair):
    pair = load_pair("llama")
    pd.testing.assert_frame_equal(
        score_tokens(pair, pd.DataFrame(ROWS), batch_size=2), score_tokens(pair, ROWS, batch_size=2)
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"response": "2"}, "3: no key 'prompt'"),
        ({"prompt": "1"}, "3: no key 'response'"),
        ({"prompt": 1, "response": "2"}, "3: 'prompt' is .*; expected a string or a list of messages"),
        ({"prompt": "1", "response": "2", "source": 3}, "row 3: 'source' is 3; expected a string"),
        ({"prompt": "1", "response": "2", "response_ids": "23"}, "row 3: 'response_ids' is 23; expected a list"),
    ],
)
def test_a_row_that_is_no_text_is_named(tmp_path, row, message):
    with pytest.raises(ValueError, match=message):
        load_texts(written(tmp_path, [*ROWS, row]))


def test_a_tokenizer_is_all_that_encoding_needs(tokenizer):
    first, second = encode(tokenizer, ROWS, context=48, vocab_size=22, eos=True)
    assert first.ids == [*tokenizer("1+1=2")["input_ids"], tokenizer.eos_token_id] and first.source == "base"
    assert second.response == [5, 1, tokenizer.eos_token_id]
    with pytest.raises(ValueError, match="text 1 has response id 5; expected 0 to 4"):
        encode(
            tokenizer,
            [{"prompt_ids": [1], "response_ids": [4]}, ROWS[1] | {"prompt_ids": [2]}],
            context=9,
            vocab_size=5,
        )


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"ends in '\.csv'; expected .jsonl or .parquet"):
        load_texts(written(tmp_path, ROWS, "texts.csv"))
