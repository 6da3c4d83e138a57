"""Fingerprints: what a result depends on, and which model lies under a name."""

import shutil
from pathlib import Path

import pytest
import torch

from rlvr_direction import fingerprints
from rlvr_direction.fingerprints import fingerprint, parameters_digest, rows_digest, weights_digest
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.settings import ScoreSettings


def scoring(out="s.parquet", **changed):
    base, rl = (str(TOYS / "pointer_tree" / stage) for stage in ("base", "rl_080"))
    return fingerprint(ScoreSettings(base, rl, Path("t.jsonl"), Path(out), **changed), texts="content 1")


def test_where_a_file_lies_and_how_often_a_run_was_begun_do_not_matter_and_options_do():
    assert scoring() == scoring("elsewhere.parquet", resume=True)
    differing = {key for key, value in scoring(eos=True).items() if scoring()[key] != value}
    assert differing == {"eos"} and scoring()["texts"] == "content 1"


def test_checkpoints_of_one_run_have_different_digests_and_a_copy_has_the_same(tmp_path):
    toy = TOYS / "pointer_tree"
    copy = shutil.copytree(toy / "rl_040", tmp_path / "rl")
    stages = [weights_digest(toy / stage) for stage in ("base", "rl_040", "rl_080")]
    assert len(set(stages)) == 3 and weights_digest(copy) == stages[1]
    (copy / "README.md").write_text("notes are no part of a model")
    assert weights_digest(copy) == stages[1]


@pytest.mark.parametrize("place", [0, 1000, 9_000_000, -1])
def test_a_large_file_is_known_by_its_size_head_and_blocks(tmp_path, place):
    whole = bytearray(10_000_000)
    (tmp_path / "model.safetensors").write_bytes(whole)
    before = weights_digest(tmp_path)
    step = (len(whole) - fingerprints.HEAD) // fingerprints.BLOCKS
    if place > fingerprints.HEAD:  # a change of every weight touches every block; here one block is hit on purpose
        place = fingerprints.HEAD + (place - fingerprints.HEAD) // step * step
    whole[place:] = bytes(1) + whole[place + 1 :] if place == -1 else b"\x01" + whole[place + 1 :]
    (tmp_path / "model.safetensors").write_bytes(whole + b"\0" if place == -1 else whole)
    assert weights_digest(tmp_path) != before


def test_a_hub_name_stands_for_the_commit_that_is_in_the_cache(tmp_path, monkeypatch):
    snapshot = tmp_path / "models--a--b" / "snapshots" / "f00d" / "config.json"
    monkeypatch.setattr(fingerprints, "hf_hub_download", lambda *_, **__: str(snapshot))
    assert weights_digest("a/b") == "commit f00d"


def test_parameters_have_one_digest_until_they_change(random_model):
    model, again = random_model("llama"), random_model("llama")
    assert parameters_digest(model) == parameters_digest(again) != parameters_digest(random_model("llama", seed=1))
    with torch.no_grad():
        for weight in again.parameters():
            weight.mul_(1.001)
    assert parameters_digest(again) != parameters_digest(model)


def test_rows_are_known_by_what_they_hold_in_their_order_and_not_by_the_order_of_their_keys():
    rows = [{"problem": "1+1=", "answer": 2}, {"problem": [{"role": "user", "content": "é"}], "answer": "3"}]
    told = rows_digest(rows)
    assert told.startswith("content ") and rows_digest([dict(reversed(row.items())) for row in rows]) == told
    for other in (rows[::-1], rows[:1], [rows[0] | {"answer": "2"}, rows[1]], [rows[0] | {"level": 1}, rows[1]]):
        assert rows_digest(other) != told
