"""Tables are written whole or not at all, and a run that was killed resumes to the same bytes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import rlvr_direction
from rlvr_direction import records
from rlvr_direction.records import Run, load, rows, save

SETTINGS = {"gamma": 0.1, "model": "toy"}


def part(index):
    return pd.DataFrame({"text_id": [index, index], "token": ["a", None], "logp": np.float32([index / 3, np.nan])})


def complete(out, *, n_parts=3, **flags):
    run = Run(out, n_parts, SETTINGS, **flags)
    for index in run.parts("test"):
        run.write(index, part(index))
    return run.finish({"command": "test"})


def die(_):
    raise KeyboardInterrupt


def everything_under(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_table_comes_back_as_it_was_with_its_provenance(tmp_path):
    table = pd.DataFrame(
        {
            "n": np.int32([1, 2]),
            "x": np.float32([0.1, np.nan]),
            "word": ["é", None],
            "right": [True, False],
            "source": pd.Categorical(["base", "rl"]),
            "ids": [[1, 2], []],
        }
    )
    path = save(table, tmp_path / "deep" / "table.parquet", metadata={"command": "x", "settings": {"seed": 0}})
    back = load(path)
    pd.testing.assert_frame_equal(back.drop(columns="ids"), table.drop(columns="ids"))
    assert [list(ids) for ids in back["ids"]] == [[1, 2], []]
    assert back.attrs["command"] == "x" and back.attrs["settings"] == {"seed": 0}
    assert back.attrs["version"] == rlvr_direction.__version__ and back.attrs["commit"]
    assert os.listdir(path.parent) == ["table.parquet"]


def test_the_same_table_gives_the_same_bytes_at_any_time(tmp_path):
    first = save(part(0), tmp_path / "a.parquet", metadata={"b": 1, "a": 2}).read_bytes()
    time.sleep(1.1)
    assert save(part(0), tmp_path / "b.parquet", metadata={"a": 2, "b": 1}).read_bytes() == first


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = save(part(0), tmp_path / "a.parquet", metadata={})
    before = path.read_bytes()

    def half_a_write(table, file, **_):
        file.write(b"PAR1")
        raise OSError("disk full")

    monkeypatch.setattr(records.pq, "write_table", half_a_write)
    with pytest.raises(OSError, match="disk full"):
        save(part(1), path, metadata={})
    assert path.read_bytes() == before


def test_a_run_joins_its_parts_in_order_and_leaves_one_file(tmp_path):
    out = tmp_path / "out.parquet"
    run = Run(out, 3, SETTINGS)
    for index in (2, 0, 1):
        run.write(index, part(index))
    table = load(run.finish({"command": "test"}))
    assert os.listdir(tmp_path) == ["out.parquet"]
    pd.testing.assert_frame_equal(table, pd.concat(map(part, range(3)), ignore_index=True))
    assert table["logp"].dtype == np.float32
    assert table.attrs["settings"] == {**SETTINGS, "n_parts": 3}
    assert run.missing() == [] and run.finish({}) == out


def test_an_unmade_run_writes_nothing(tmp_path):
    run = Run(tmp_path / "out.parquet", 2, SETTINGS)
    assert run.missing() == [0, 1] and not os.listdir(tmp_path)
    with pytest.raises(ValueError, match="misses 2 of 2 parts"):
        run.finish({})
    with pytest.raises(IndexError, match="expected 0 to 1"):
        run.write(2, part(2))
    assert not os.listdir(tmp_path)


def test_columns_keep_one_type_whatever_the_parts_hold(tmp_path):
    run = Run(tmp_path / "out.parquet", 4, SETTINGS)
    run.write(0, pd.DataFrame(columns=["n", "word", "source"]))
    run.write(1, pd.DataFrame({"n": [1], "word": [None], "source": pd.Categorical(["base"])}))
    run.write(2, pd.DataFrame({"n": [2], "word": ["x"], "source": pd.Categorical(["rl"])}))
    run.write(3, pd.DataFrame({"n": [np.nan], "word": ["y"], "source": pd.Categorical(["base"])}))
    table = load(run.finish({}))
    assert table["n"].tolist()[:2] == [1.0, 2.0] and np.isnan(table["n"][2])
    assert table["word"].isna().tolist() == [True, False, False] and table["word"].tolist()[1:] == ["x", "y"]
    assert table["source"].tolist() == ["base", "rl", "base"]


def test_a_run_of_empty_parts_is_an_empty_table(tmp_path):
    run = Run(tmp_path / "out.parquet", 2, SETTINGS)
    for index in range(2):
        run.write(index, part(0).head(0))
    table = load(run.finish({}))
    assert len(table) == 0 and table["logp"].dtype == np.float32


def test_types_that_cannot_meet_are_refused_and_the_parts_stay(tmp_path):
    run = Run(tmp_path / "out.parquet", 2, SETTINGS)
    run.write(0, pd.DataFrame({"n": [1]}))
    run.write(1, pd.DataFrame({"n": ["one"]}))
    with pytest.raises(TypeError, match="Field n has incompatible types"):
        run.finish({})
    assert run.missing() == [] and run.folder.exists()


@pytest.mark.parametrize("state", ["finished", "begun"])
def test_what_exists_is_refused_without_resume_or_force_and_stays_as_it_is(tmp_path, state):
    out = tmp_path / "out.parquet"
    if state == "finished":
        complete(out)
    else:
        Run(out, 3, SETTINGS).write(0, part(0))
    before = everything_under(tmp_path)
    with pytest.raises(FileExistsError, match=r"exists already: pass --resume .* or --force"):
        Run(out, 3, SETTINGS)
    with pytest.raises(ValueError, match=r"gamma = 0\.1, now 0\.2.*--force"):
        Run(out, 3, {**SETTINGS, "gamma": 0.2}, resume=True)
    with pytest.raises(ValueError, match="n_parts = 3, now 4"):
        Run(out, 4, SETTINGS, resume=True)
    with pytest.raises(ValueError, match="pass one of them"):
        Run(out, 3, SETTINGS, resume=True, force=True)
    assert everything_under(tmp_path) == before


def test_a_file_that_is_no_run_is_neither_overwritten_nor_resumed(tmp_path):
    out = tmp_path / "out.parquet"
    out.write_text("my notes")
    with pytest.raises(FileExistsError):
        Run(out, 3, SETTINGS)
    with pytest.raises(ValueError):
        Run(out, 3, SETTINGS, resume=True)
    save(part(0), out, metadata={})
    with pytest.raises(ValueError, match="was begun with gamma = None"):
        Run(out, 3, SETTINGS, resume=True)


def test_settings_that_are_not_json_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(TypeError):
        Run(tmp_path / "out.parquet", 1, {"model": object()})
    assert not os.listdir(tmp_path)


def test_resume_makes_only_what_is_missing_and_a_finished_run_has_nothing_left(tmp_path):
    out = tmp_path / "out.parquet"
    Run(out, 3, SETTINGS, resume=True).write(1, part(1))
    assert Run(out, 3, SETTINGS, resume=True).missing() == [0, 2]
    first = complete(out, resume=True).read_bytes()
    assert Run(out, 3, SETTINGS, resume=True).missing() == []
    assert complete(out, resume=True).read_bytes() == first


def test_force_starts_over_and_keeps_the_old_output_until_the_new_one_is_whole(tmp_path):
    out = complete(tmp_path / "out.parquet")
    before = out.read_bytes()
    run = Run(out, 2, {"gamma": 9}, force=True)
    assert run.missing() == [0, 1]
    run.write(0, part(0))
    assert out.read_bytes() == before
    resumed = Run(out, 2, {"gamma": 9}, resume=True)
    assert resumed.missing() == [1]
    resumed.write(1, part(1))
    assert load(resumed.finish({})).attrs["settings"]["gamma"] == 9
    assert os.listdir(tmp_path) == ["out.parquet"]


def test_force_with_the_same_settings_is_not_taken_for_finished_when_resumed(tmp_path):
    out = complete(tmp_path / "out.parquet")
    Run(out, 3, SETTINGS, force=True)
    assert Run(out, 3, SETTINGS, resume=True).missing() == [0, 1, 2]


def test_force_discards_parts_that_were_begun(tmp_path):
    out = tmp_path / "out.parquet"
    Run(out, 3, SETTINGS).write(0, part(0))
    assert Run(out, 3, SETTINGS, force=True).missing() == [0, 1, 2]


@pytest.mark.parametrize("last_words", [(Run, "_discard_parts"), (Path, "rmdir")])
def test_a_kill_between_join_and_clean_up_is_cleaned_up_by_resume(tmp_path, monkeypatch, last_words):
    out = tmp_path / "out.parquet"
    run = Run(out, 3, SETTINGS)
    for index in run.missing():
        run.write(index, part(index))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(*last_words, die)
        run.finish({"command": "test"})
    first = out.read_bytes()
    assert len(os.listdir(tmp_path)) == 2
    assert complete(out, resume=True).read_bytes() == first
    assert os.listdir(tmp_path) == ["out.parquet"]


def test_a_folder_that_is_no_run_keeps_its_files(tmp_path):
    notes = tmp_path / "out.parquet.parts" / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("mine")
    complete(tmp_path / "out.parquet")
    assert notes.read_text() == "mine"


WORK = """
import sys, time
from pathlib import Path
import numpy as np, pandas as pd
from rlvr_direction.records import Run

out, pause, resume = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "resume"
run = Run(out, 6, {"seed": 0}, resume=resume)
for index in run.parts("work"):
    numbers = np.random.default_rng(index).normal(size=50).astype("float32")
    run.write(index, pd.DataFrame({"part": index, "number": numbers, "word": [None if index < 2 else "w"] * 50}))
    print(index, flush=True)
    time.sleep(pause)
run.finish({"command": "work"})
"""


def start(out, pause, mode):
    command = [sys.executable, "-c", WORK, str(out), str(pause), mode]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_killed_run_resumes_to_the_bytes_of_an_unbroken_one_and_makes_no_part_twice(tmp_path):
    unbroken, killed = tmp_path / "unbroken.parquet", tmp_path / "killed.parquet"
    assert start(unbroken, 0, "new").wait() == 0
    process = start(killed, 60, "new")
    assert process.stdout.readline() == "0\n"
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    (tmp_path / "killed.parquet.parts" / ".000001.parquet.tmp").write_bytes(b"half a part")
    assert not killed.exists()
    resumed = start(killed, 0, "resume")
    assert resumed.communicate()[0].split() == ["1", "2", "3", "4", "5"]
    assert killed.read_bytes() == unbroken.read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["killed.parquet", "unbroken.parquet"]


def test_what_a_file_says_of_itself_is_plain_json_in_its_schema(tmp_path):
    path = save(part(0), tmp_path / "a.parquet", metadata={"command": "x"})
    said = json.loads(pq.read_schema(path).metadata[b"rlvr_direction"])
    assert set(said) == {"command", "commit", "version"}


def test_a_digest_that_differs_is_named_and_not_shown(tmp_path):
    out = tmp_path / "out.parquet"
    Run(out, 1, {"seed": 0, "weights of rl": "content 1a", "prompts": "content 2b"}).write(0, part(0))
    with pytest.raises(ValueError, match="was begun with seed = 0, now 1; other weights of rl: pass the settings"):
        Run(out, 1, {"seed": 1, "weights of rl": "content 3c", "prompts": "content 2b"}, resume=True)


def test_a_table_has_one_kind_of_file(tmp_path):
    with pytest.raises(ValueError, match=r"out\.csv: the table is written as Parquet; name it out\.parquet"):
        Run(tmp_path / "out.csv", 1, SETTINGS, force=True)
    (tmp_path / "out.parquet").mkdir()
    with pytest.raises(ValueError, match=r"out\.parquet is a folder; name a file"):
        Run(tmp_path / "out.parquet", 1, SETTINGS, force=True)
    assert os.listdir(tmp_path) == ["out.parquet"] and not os.listdir(tmp_path / "out.parquet")


def test_rows_are_plain_and_an_empty_cell_is_a_key_that_is_not_there(tmp_path):
    table = pd.DataFrame({"ids": [[1, 2], []], "n": [1, 2], "word": ["a", None], "said": [[{"role": "user"}], None]})
    found = rows(load(save(table, tmp_path / "t.parquet", metadata={})))
    assert found == [{"ids": [1, 2], "n": 1, "word": "a", "said": [{"role": "user"}]}, {"ids": [], "n": 2}]
    assert type(found[0]["n"]) is int


def test_a_place_that_cannot_be_written_to_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    complete(tmp_path / "done.parquet")
    with pytest.raises(PermissionError, match="file is no folder that can be written to: name another --out"):
        Run(tmp_path / "file" / "out.parquet", 1, SETTINGS)
    monkeypatch.setattr(os, "access", lambda folder, mode: Path(folder) != tmp_path or mode != os.W_OK)
    with pytest.raises(PermissionError, match=f"{tmp_path} is no folder that can be written to"):
        Run(tmp_path / "deep" / "out.parquet", 1, SETTINGS)
    assert sorted(os.listdir(tmp_path)) == ["done.parquet", "file"]
    assert complete(tmp_path / "done.parquet", resume=True)  # which has nothing left to write
