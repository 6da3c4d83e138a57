"""Texts: the kinds of file and table that are read, and what is refused."""

import json

import pandas as pd
import pytest

from rlvr_direction.scoring.texts import encode, load_texts

ROWS = [
    {"prompt": "1+2=", "response": "3", "source": "base", "response_ids": [5, 9]},
    {"prompt": [{"role": "user", "content": "9"}], "response": "8"},
]


def test_jsonl_and_parquet_give_the_rows_that_were_written(tmp_path):
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert load_texts(tmp_path / "t.jsonl") == ROWS
    for row in ROWS:
        pd.DataFrame([row]).to_parquet(tmp_path / "t.parquet")
        assert load_texts(tmp_path / "t.parquet") == [row]


def test_a_table_is_encoded_as_its_rows_are_and_an_empty_cell_is_no_key(load_pair):
    rows = [{"prompt": "1+2=", "response": "3", "source": "rl"}, {"prompt": "9", "response": "-4", "response_ids": [7]}]
    encoded = encode(load_pair("llama"), rows)
    assert encode(load_pair("llama"), pd.DataFrame(rows)) == encoded
    assert [text.response for text in encoded] == [load_pair("llama").encode_response("3"), [7]]


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"prompt": 3}, "row 1: 'prompt' is 3; expected a string or a list of messages"),
        ({"source": 3}, "row 1: 'source' is 3; expected a string"),
        ({"response_ids": [1.5]}, r"row 1: 'response_ids' is \[1.5\]; expected a list of whole numbers"),
        ({"response": None}, "row 1: no key 'response', only .'prompt'.; add it or rename the column"),
    ],
)
def test_a_table_has_the_checks_of_lines(tmp_path, changed, message):
    pd.DataFrame([{"prompt": "1", "response": "2"} | changed]).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match=message):
        load_texts(tmp_path / "t.parquet")


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"t.csv ends in '.csv'; score takes JSONL or Parquet"):
        load_texts(tmp_path / "t.csv")
