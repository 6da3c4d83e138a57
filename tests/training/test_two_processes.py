"""Two processes compute the weights that one computes on the same responses, in groups that span both."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).with_name("two_processes.py")
NAMES = ["low probability", "perplexity", "keep below", "entropy top", "surprisal top", "mean one", "by tokens"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where one process and two have saved what they gave the same responses."""
    folder = tmp_path_factory.mktemp("processes")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1]), "WORLD_SIZE": "2"}
    environment = os.environ | address | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    two = subprocess.Popen([sys.executable, SCRIPT, folder], env=environment, stderr=subprocess.PIPE, text=True)
    spec = importlib.util.spec_from_file_location("two_processes", SCRIPT)
    spec.loader.exec_module(here := importlib.util.module_from_spec(spec))
    here.run(folder, 1)
    _, messages = two.communicate(timeout=300)
    assert two.returncode == 0, messages[-3000:]
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_two_processes_weigh_as_one(folder, name):
    whole, *parts = (torch.load(folder / file)[name] for file in ("0 of 1.pt", "0 of 2.pt", "1 of 2.pt"))
    assert [len(part) for part in parts] == [4, 4] and len(whole) == 8
    for one, other in zip(whole, [*parts[0], *parts[1]], strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)
    assert torch.cat(whole).std() > 0


def test_dynamic_sampling_refuses_groups_that_span_processes(folder):
    assert "a rollout has 4 responses there and a group 8" in (folder / "refusal.txt").read_text()
