"""Hidden states beside a run's parts: exact, whole or not there, and gone when they are not needed."""

import logging
import shutil
from collections import namedtuple

import pandas as pd
import pytest
import torch

from rlvr_direction.scoring.spill import SpillingRun


def spilling(tmp_path, **how):
    return SpillingRun(tmp_path / "s.parquet", 2, {"seed": 0}, **how)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_states_come_back_bit_for_bit_in_their_own_format(tmp_path, dtype):
    run, states = spilling(tmp_path), torch.randn(5, 7, generator=torch.Generator().manual_seed(0)).to(dtype)
    run.write_states(1, 3, states)
    seen = run.states(1, 3)
    assert seen.dtype == dtype and torch.equal(seen, states) and seen.data_ptr() % 64 == 0
    assert run.states_path(1, 3).name == "000001.0003.base.safetensors"


def test_a_write_that_is_cut_short_leaves_no_states(tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    run = spilling(tmp_path)
    monkeypatch.setattr("os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        run.write_states(0, 0, torch.zeros(1, 2))
    assert not run.states_path(0, 0).exists()


def test_a_run_that_was_begun_is_resumed_with_its_states_or_forced_without_them(tmp_path):
    run = spilling(tmp_path)
    run.begin()
    run.write_states(0, 0, torch.zeros(1, 2))
    with pytest.raises(FileExistsError, match="--resume"):
        spilling(tmp_path)
    assert spilling(tmp_path, resume=True).states_path(0, 0).exists()
    assert not spilling(tmp_path, force=True).states_path(0, 0).exists()


def test_states_that_belong_to_no_run_are_not_taken_for_this_ones(tmp_path):
    run = spilling(tmp_path)
    run.write_states(0, 0, torch.zeros(1, 2))  # the folder has no settings.json
    assert not spilling(tmp_path, resume=True).states_path(0, 0).exists()


def test_the_states_of_a_part_go_alone_and_all_go_with_the_run(tmp_path):
    run = spilling(tmp_path)
    run.begin()
    for index, batch in ((0, 0), (0, 1), (1, 0)):
        run.write_states(index, batch, torch.zeros(1, 2))
    run.drop_states(0)
    assert [run.states_path(0, i).exists() for i in range(2)] == [False, False] and run.states_path(1, 0).exists()
    for index in range(2):
        run.write(index, pd.DataFrame({"a": [index]}))
    run.finish({})
    assert [path.name for path in tmp_path.iterdir()] == ["s.parquet"]


def test_room_is_logged_and_its_lack_refused_in_one_sentence_also_where_no_folder_is_yet(tmp_path, monkeypatch, caplog):
    run = SpillingRun(tmp_path / "not" / "there" / "s.parquet", 1, {})
    asked = []
    free = namedtuple("usage", "free")(2**30)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: asked.append(folder) or free)
    with caplog.at_level(logging.INFO, "rlvr_direction"):
        run.require_room(2**29)
    assert "0.500 GiB in" in caplog.text and "1.000 GiB are free" in caplog.text and asked == [tmp_path]
    with pytest.raises(ValueError, match=r"need 1\.500 GiB in .*, where 1\.000 GiB are free: .*--sequential") as caught:
        run.require_room(3 * 2**29)
    assert "\n" not in str(caught.value) and not (tmp_path / "not").exists()
