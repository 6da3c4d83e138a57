"""Several processes share out a run: its bytes are those of one process, and what a killed one made is kept."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from rlvr_direction import ranks
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.records import Run

PAIR = [str(TOYS / "arithmetic" / stage) for stage in ("base", "rl_010")]
PROBLEMS = TOYS / "arithmetic" / "problems.jsonl"


@pytest.fixture(scope="module")
def scoring(tmp_path_factory):
    """The words of a command that scores 600 texts, which are three parts."""
    path = tmp_path_factory.mktemp("ranks") / "texts.jsonl"
    rows = [{"prompt": f"Q:{i % 90 + 1}+{i % 7}\n", "response": f"A:{i % 90 + 1 + i % 7}"} for i in range(600)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return ("score", *PAIR, path, "--out", "scores.parquet")


@pytest.fixture(scope="module")
def scored_alone(scoring, tmp_path_factory):
    """What one process prints and leaves."""
    return run(tmp_path_factory.mktemp("alone"), *scoring)


def begin(folder, *words, processes=1):
    """Start a command in a folder, in so many processes."""
    folder.mkdir(exist_ok=True)
    several = ["torch.distributed.run", "--standalone", f"--nproc-per-node={processes}", "-m"] if processes > 1 else []
    command = [sys.executable, "-m", *several, "rlvr_direction", *map(str, words)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(folder, *words, processes=1):
    """What a command in so many processes prints, and the bytes of the files it leaves."""
    begun = begin(folder, *words, processes=processes)
    said, errors = begun.communicate()
    assert begun.returncode == 0, errors
    return said, {path.name: path.read_bytes() for path in folder.iterdir()}


def test_one_process_is_rank_0_of_1_and_waits_for_nobody(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    assert (ranks.rank(), ranks.world_size(), ranks.device()) == (0, 1, None)
    ranks.wait_for_all()


def test_ranks_on_one_machine_take_its_gpus_in_turn(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setenv("WORLD_SIZE", "4")
    devices = []
    for local in range(4):
        monkeypatch.setenv("LOCAL_RANK", str(local))
        devices.append(ranks.device())
    assert devices == ["cuda:0", "cuda:1", "cuda:0", "cuda:1"]
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert ranks.device() is None


@pytest.mark.parametrize("world", [1, 2, 3, 7, 20])
def test_every_part_belongs_to_one_rank(tmp_path, monkeypatch, world):
    monkeypatch.setattr(ranks, "wait_for_all", lambda: None)
    monkeypatch.setenv("WORLD_SIZE", str(world))
    shares = []
    for rank in range(world):
        monkeypatch.setenv("RANK", str(rank))
        shares += Run(tmp_path / "out.parquet", 11, {}).missing()
    assert sorted(shares) == list(range(11))


def test_two_processes_score_what_one_does(scoring, scored_alone, tmp_path):
    assert run(tmp_path / "shared", *scoring, processes=2) == scored_alone
    assert scored_alone[0] == "scores.parquet\n"  # said once


def test_two_processes_decode_what_one_does(tmp_path):
    problems = tmp_path / "problems.jsonl"
    problems.write_text("".join(PROBLEMS.read_text().splitlines(keepends=True)[:150]))
    asked = ("decode", *PAIR, problems, "--task", "arithmetic", "--where", "delta_logp<=-0.3", "--out", "d.parquet")
    asked += ("--max-new-tokens", 12)
    alone, shared = run(tmp_path / "alone", *asked), run(tmp_path / "shared", *asked, processes=2)
    assert alone == shared and sorted(alone[1]) == ["d.parquet", "d.texts.parquet", "d.tokens.parquet"]


def test_what_a_killed_rank_had_to_make_is_made_again(scoring, scored_alone, tmp_path):
    folder = tmp_path / "shared"
    begun = begin(folder, *scoring, processes=2)
    while not list(folder.glob("*.parts/*.parquet")):
        assert begun.poll() is None
        time.sleep(0.01)
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(begun.pid)], capture_output=True, text=True).stdout
    os.kill(int(listed.split()[-1]), signal.SIGKILL)
    begun.communicate()
    assert begun.returncode and not (folder / "scores.parquet").exists()
    assert run(folder, *scoring, "--resume", processes=2) == scored_alone
