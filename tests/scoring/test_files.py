"""Scoring a file: the table of the texts in memory, and a killed run that ends in the same bytes."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.pair import ModelPair
from rlvr_direction.scoring import ScoreSettings, files, score_file, score_tokens

TEXTS = [{"prompt": f"{i}+1=", "response": str(i + 1)} for i in range(7)]


@pytest.fixture
def settings(tmp_path, folders):
    base, rl = folders("llama")
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps(text) + "\n" for text in TEXTS))
    return ScoreSettings(str(base), str(rl), path, tmp_path / "scores.parquet", batch_size=2)


def test_a_file_is_scored_as_its_texts_are_in_memory(settings):
    table = records.load(score_file(settings))
    expected = score_tokens(ModelPair.from_pretrained(settings.base, settings.rl), TEXTS, batch_size=2)
    pd.testing.assert_frame_equal(table, expected)
    assert table.attrs["command"] == settings.command


def test_a_killed_run_resumes_to_the_same_bytes(settings, monkeypatch):
    monkeypatch.setattr(files, "TEXTS_PER_PART", 3)
    whole, real, calls = score_file(settings).read_bytes(), files.score_encoded, []

    def dying(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(files, "score_encoded", dying)
    with pytest.raises(KeyboardInterrupt):
        score_file(replace(settings, force=True))
    assert score_file(replace(settings, resume=True)).read_bytes() == whole and len(calls) == 4
