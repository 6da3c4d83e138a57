"""Scoring a file: the table of the texts in memory, and a killed run that ends in the same bytes."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
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
    assert table.attrs["command"] == settings.command and table.attrs["ends"] == ["<eos>"]
    assert table.attrs["template"] is None and table.attrs["settings"]["dtype"] == "float32"


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


@pytest.mark.parametrize("sequential", [False, True])
def test_a_run_that_is_killed_at_any_moment_resumes_to_the_same_bytes(settings, killed, sequential):
    texts = [{"prompt": f"{i}+1=", "response": str(i + 1)} for i in range(12 * files.TEXTS_PER_PART)]
    settings.texts.write_text("".join(json.dumps(text) + "\n" for text in texts))
    many = replace(settings, batch_size=32, sequential=sequential)
    whole = score_file(many).read_bytes()
    for attempt in range(3):
        again = replace(many, force=not attempt, resume=bool(attempt))
        killed(score_file, again, settings.out.parent, seconds=0.05)
    assert settings.out.with_name("scores.parquet.parts").exists()
    assert score_file(replace(many, resume=True)).read_bytes() == whole
    assert sorted(path.name for path in settings.out.parent.iterdir()) == ["scores.parquet", "texts.jsonl"]


def test_the_book_lists_the_columns_and_the_metadata_of_the_file(settings):
    text = (Path(__file__).parents[2] / "book" / "api.md").read_text(encoding="utf-8")
    section = text.split("## The token table as a file\n")[1].split("\n## ")[0]
    schema = pq.read_schema(score_file(settings))
    types = {"float": "float32", "large_string": "string"}
    expected = [(field.name, types.get(str(field.type), str(field.type))) for field in schema]
    assert re.findall(r"^\| `(\w+)` \| (\w+) \|", section, flags=re.M) == expected
    rows = section.split("| key |")[1].split("\n\n")[0].splitlines()[2:]
    names = {name for row in rows for name in re.findall("`([^`+]+)`", row.split("|")[1])}
    assert names == json.loads(schema.metadata[b"rlvr_direction"]).keys()


def test_log_probabilities_from_elsewhere_are_shown_in_the_same_columns(settings, call, tmp_path):
    table = records.load(score_file(settings))
    columns = ["text_id", "source", "position", "token_id", "token", "logp_base", "logp_rl", "delta_logp"]
    table[columns].to_parquet(tmp_path / "theirs.parquet")
    done = call("report", tmp_path / "theirs.parquet", "--out", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
