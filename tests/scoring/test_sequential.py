"""One model at a time: the table of a pair in memory, whatever the family, and however often the run is killed."""

import json
import logging
import os
import shutil
import weakref
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch
from transformers import AutoModelForCausalLM

from rlvr_direction import checkpoints, records
from rlvr_direction.scoring import ScoreSettings, files, score_file
from rlvr_direction.scoring.spill import SpillingRun

TEXTS = [{"prompt": f"{i}+1=", "response": str(i + 1) * (1 + 3 * (i % 3)), "source": "base"} for i in range(7)]
MAPPED = Path("/proc/self/maps")
ATTENTION = ("llama", "qwen2", "qwen3", "gemma2", "granite", "cohere", "gpt2", "phi3")


@pytest.fixture
def settings(tmp_path, folders, monkeypatch):
    """A function (family, changes) -> settings of a sequential run over two parts."""
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps(text) + "\n" for text in TEXTS))
    monkeypatch.setattr(files, "TEXTS_PER_PART", 4)

    def make(family="llama", **changed):
        base, rl = map(str, folders(family))
        changed = {"batch_size": 2, "sequential": True, "out": tmp_path / "scores.parquet", **changed}
        return ScoreSettings(**{"base": base, "rl": rl, "texts": path, **changed})

    return make


def together(asked):
    """The table of the run with both models in memory."""
    return pq.read_table(score_file(replace(asked, sequential=False, out=asked.out.with_name("together.parquet"))))


def same(out, table):
    """Whether a file holds a table, to the last bit."""
    return pq.read_table(out).equals(table) and not out.with_name(f"{out.name}.parts").exists()


def moments(monkeypatch, *, die_at=None):
    """Count the moments at which files appear or go; at one of them the process dies."""
    seen, replace_file, unlink = [], os.replace, Path.unlink

    def before(act):
        def acted(*arguments, **named):
            seen.append(act)
            if len(seen) == die_at:
                raise KeyboardInterrupt
            return act(*arguments, **named)

        return acted

    monkeypatch.setattr(os, "replace", before(replace_file))
    monkeypatch.setattr(Path, "unlink", before(unlink))
    return seen


@pytest.mark.parametrize("family", [*ATTENTION, "qwen3_moe", "mamba2", "falcon_h1", "rwkv"])
def test_the_table_is_that_of_a_pair_in_memory_to_the_last_bit(settings, family):
    asked = settings(family)
    assert same(score_file(asked), together(asked))


@pytest.mark.parametrize("dtype", ["bfloat16", "auto"])
def test_it_is_so_in_half_precision_too(settings, dtype):
    asked = settings("gemma2", dtype=dtype)
    assert same(score_file(asked), together(asked))


def test_it_is_so_where_the_models_have_different_rows(settings, random_model, tokenizer, tmp_path):
    for name, rows in (("base", 22), ("rl", 30)):
        random_model("llama", vocab_size=rows).save_pretrained(tmp_path / name)
        tokenizer.save_pretrained(tmp_path / name)
    asked = settings(base=str(tmp_path / "base"), rl=str(tmp_path / "rl"))
    assert same(score_file(asked), together(asked))


@pytest.mark.skipif(not MAPPED.exists(), reason="only Linux says which files are in memory")
@pytest.mark.parametrize("family", ["llama", "qwen3", "gemma2"])
def test_no_model_is_loaded_while_the_body_of_another_is_in_memory(settings, folders, monkeypatch, tmp_path, family):
    pair = [str(shutil.copytree(folder, tmp_path / "pair" / folder.name)) for folder in folders(family)]
    bodies, load = [], checkpoints.load_part

    def watched(auto, name, **options):
        if auto is not AutoModelForCausalLM:
            return load(auto, name, **options)
        assert [body() for body in bodies] == [None] * len(bodies)
        assert str(tmp_path / "pair") not in MAPPED.read_text()  # a loaded weight can be a piece of its file
        model = load(auto, name, **options)
        bodies.append(weakref.ref(model.base_model))
        return model

    monkeypatch.setattr(checkpoints, "load_part", watched)
    score_file(settings(base=pair[0], rl=pair[1]))
    assert len(bodies) == 3  # RL is checked before the base reads


def test_a_run_killed_at_any_moment_resumes_to_the_same_bytes(settings):
    asked = settings(batch_size=4)
    with pytest.MonkeyPatch.context() as patch:
        seen = moments(patch)
        whole = score_file(asked).read_bytes()
    assert len(seen) > 10
    for moment in range(1, len(seen) + 1):
        asked.out.unlink()
        with pytest.MonkeyPatch.context() as patch:
            moments(patch, die_at=moment)
            with pytest.raises(KeyboardInterrupt):
                score_file(asked)
        assert score_file(replace(asked, resume=True)).read_bytes() == whole, moment
        assert sorted(path.name for path in asked.out.parent.iterdir()) == ["scores.parquet", "texts.jsonl"], moment


def killed_after(monkeypatch, asked, name, calls):
    """Run until a method of the run has been called so often."""
    real, seen = getattr(SpillingRun, name), []

    def dying(*arguments):
        if len(seen) == calls:
            raise KeyboardInterrupt
        seen.append(arguments)
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(SpillingRun, name, dying)
        with pytest.raises(KeyboardInterrupt):
            score_file(asked)


@pytest.mark.parametrize("sequential, name", [(True, "write"), (True, "write_states"), (False, "write")])
def test_a_run_begun_one_way_is_finished_the_other(settings, monkeypatch, sequential, name):
    asked = settings(sequential=sequential)
    expected = together(asked)
    killed_after(monkeypatch, asked, name, 1)
    out = score_file(replace(asked, sequential=not sequential, resume=True))
    assert same(out, expected) and "sequential" not in records.load(out).attrs["settings"]


def test_a_batch_that_the_base_has_read_is_not_read_again(settings, monkeypatch):
    asked, written = settings(), []
    killed_after(monkeypatch, asked, "write_states", 3)
    real = SpillingRun.write_states
    monkeypatch.setattr(SpillingRun, "write_states", lambda *a: written.append(a[1:3]) or real(*a))
    score_file(replace(asked, resume=True))
    assert written == [(1, 1)]


def test_states_of_an_earlier_run_are_not_used_by_a_forced_one(settings, monkeypatch):
    asked = settings()
    expected = together(asked)
    killed_after(monkeypatch, asked, "write_states", 2)
    for file in asked.out.with_name("scores.parquet.parts").glob("*.safetensors"):
        file.write_bytes(b"of other weights")
    assert same(score_file(replace(asked, force=True)), expected)


def everything(folder):
    return sorted(path.name for path in folder.rglob("*"))


def test_a_model_whose_states_do_not_give_its_logits_is_refused_before_any_work(settings, tmp_path):
    before = everything(tmp_path)
    with pytest.raises(ValueError, match=r"rl is a Llama4ForCausalLM, .*; leave out --sequential") as caught:
        score_file(settings("llama4_text"))
    assert "\n" not in str(caught.value) and everything(tmp_path) == before
    assert len(records.load(score_file(settings("llama4_text", sequential=False)))) == 25


def test_a_text_that_does_not_fit_rl_is_refused_before_any_work(settings, tmp_path, random_model, tokenizer):
    random_model("qwen2", max_position_embeddings=10).save_pretrained(tmp_path / "short")
    tokenizer.save_pretrained(tmp_path / "short")
    before = everything(tmp_path)
    with pytest.raises(ValueError, match=r"text 2 .* the models take at most 10"):
        score_file(settings("qwen2", rl=str(tmp_path / "short")))
    assert everything(tmp_path) == before


def test_the_room_that_is_asked_for_is_what_the_states_take(settings, monkeypatch, tmp_path):
    needed, taken = [], []
    real = SpillingRun.write_states
    monkeypatch.setattr(SpillingRun, "require_room", lambda _, size: needed.append(size))
    monkeypatch.setattr(SpillingRun, "write_states", lambda *a: taken.append(a[3].nbytes) or real(*a))
    score_file(settings())
    assert needed == [sum(taken)] == [25 * 32 * 4]


def test_a_disk_without_room_is_refused_before_any_work(settings, monkeypatch, tmp_path):
    before = everything(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: namedtuple("usage", "free")(0))
    with pytest.raises(ValueError, match=r"where 0\.000 GiB are free: make room"):
        score_file(settings())
    assert everything(tmp_path) == before


def test_an_adapter_needs_no_turns_and_says_so(settings, tmp_path, folders, caplog):
    from peft import LoraConfig, get_peft_model

    model = AutoModelForCausalLM.from_pretrained(folders("llama")[0], dtype=torch.float32)
    get_peft_model(model, LoraConfig(r=2, target_modules="all-linear")).save_pretrained(tmp_path / "adapter")
    asked = settings(rl=str(tmp_path / "adapter"))
    with caplog.at_level(logging.INFO, "rlvr_direction"):
        assert same(score_file(asked), together(asked))
    assert "--sequential changes nothing: the adapter" in caplog.text
