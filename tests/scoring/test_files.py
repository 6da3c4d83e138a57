"""Scoring a file: the table of its texts, whatever the parts."""

import json

import pandas as pd

from rlvr_direction import records
from rlvr_direction.scoring import ScoreSettings, files, score_file, score_tokens


def test_a_file_in_parts_is_the_table_of_its_texts(load_pair, folders, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "TEXTS_PER_PART", 1)
    texts = [
        {"prompt": "1+2=", "response": "3"},
        {"prompt": "9", "response": "-4*5"},
        {"prompt": "7", "response": "49"},
    ]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts))
    base, rl = map(str, folders("llama"))
    out = score_file(ScoreSettings(base, rl, tmp_path / "t.jsonl", tmp_path / "s.parquet", batch_size=1, command="c"))
    found, expected = records.load(out), score_tokens(load_pair("llama"), texts, batch_size=1)
    assert found.attrs["command"] == "c" and found["text_id"].tolist() == expected["text_id"].tolist()
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
