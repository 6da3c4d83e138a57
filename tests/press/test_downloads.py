"""Downloads of a chapter: what is in the cache is used, what is lacking is named, and a toy takes its place."""

import shutil

import datasets
import pytest
import torch
from huggingface_hub import constants

from rlvr_direction.lab.toys import random_pair
from rlvr_direction.pair import ModelPair
from rlvr_direction.press.audit import CHAPTER, known_pair
from rlvr_direction.press.downloads import lacking, settled
from rlvr_direction.problems import DATASETS, PAIRS, TEMPLATES, problem_rows

NAME, COMMIT = "orz-0.5b", "0" * 40
VALUES = {"01_a": {"n": 3}, CHAPTER: {"public_pair": NAME, "dataset": "math500", "dtype": "bfloat16"}}


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache of the Hub; there is no connection."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")
    return tmp_path / "hub"


@pytest.fixture
def filled(cache, monkeypatch, tmp_path):
    """A cache with a small pair under the names of a known one; returns the folders of base and RL."""
    snapshots = []
    for name, made in zip((PAIRS[NAME].base, PAIRS[NAME].rl), random_pair(tmp_path / "made", seed=0), strict=True):
        kept = cache / f"models--{name.replace('/', '--')}"
        snapshots.append(shutil.copytree(made, kept / "snapshots" / COMMIT))
        (kept / "refs").mkdir()
        (kept / "refs" / "main").write_text(COMMIT)
    rows = datasets.Dataset.from_list([{"problem": "$1+1$?", "answer": "2"}])
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: rows)
    return snapshots


def test_what_is_kept_is_used(filled, caplog):
    assert settled(VALUES) == VALUES and not caplog.messages


def test_the_audit_of_a_kept_pair_reads_it_with_its_prompt_and_number_format(filled):
    asked = known_pair(NAME, "math500", dtype="bfloat16", budget_minutes=5.0, seed=2)
    assert (asked.template, asked.budget_minutes, asked.seed, asked.use) == ("orz", 5, 2, None)
    assert problem_rows(asked.problems) == [{"problem": "$1+1$?", "answer": "2"}]
    pair = ModelPair.from_pretrained(asked.base, asked.rl, **asked.load)
    assert {model.dtype for model in pair.models} == {torch.bfloat16}
    assert [model.name_or_path for model in pair.models] == [PAIRS[NAME].base, PAIRS[NAME].rl]
    assert pair.tokenizer.chat_template == TEMPLATES["orz"].text


def test_each_download_that_is_lacking_is_said_in_a_sentence_and_the_chapter_has_its_toy(cache, caplog):
    assert settled(VALUES) == {"01_a": {"n": 3}, CHAPTER: VALUES[CHAPTER] | {"public_pair": ""}}
    for message, name in zip(caplog.messages, (PAIRS[NAME].base, PAIRS[NAME].rl, DATASETS["math500"].hub), strict=True):
        assert message.startswith(f"{CHAPTER} runs on its toy: ") and name in message and "\n" not in message


def test_a_download_that_was_broken_off_is_lacking(filled):
    (filled[1] / "model.safetensors").unlink()
    (sentence,) = lacking(NAME, "math500")
    assert PAIRS[NAME].rl in sentence


def test_an_unknown_pair_is_refused():
    with pytest.raises(ValueError, match="no pair is called 'orz'; choose from orz-"):
        lacking("orz", "math500")
