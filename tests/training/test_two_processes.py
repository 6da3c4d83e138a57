"""Two processes compute the weights that one computes on the same responses, in groups that span both."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

SCRIPT = Path(__file__).with_name("two_processes.py")
NAMES = ["low probability", "perplexity", "keep below", "entropy top", "mean one", "by tokens"]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--master_port=29611"]
    both = subprocess.Popen(
        [*launcher, str(SCRIPT), str(folder), "2"], env=environment, stderr=subprocess.PIPE, text=True
    )
    spec = importlib.util.spec_from_file_location("two_processes", SCRIPT)
    spec.loader.exec_module(here := importlib.util.module_from_spec(spec))
    for name in NAMES:
        here.run(folder, name, 1)
    _, messages = both.communicate()
    assert both.returncode == 0, messages[-3000:]
    return SimpleNamespace(
        folder=folder, of=lambda name, rank, world: torch.load(folder / f"{name} {rank} of {world}.pt")
    )


@pytest.mark.parametrize("name", NAMES)
def test_two_processes_weigh_as_one(weights, name):
    (whole, *_), parts = weights.of(name, 0, 1), [weights.of(name, rank, 2)[0] for rank in (0, 1)]
    assert [len(part) for part in parts] == [4, 4] and len(whole) == 8
    for one, other in zip(whole, [*parts[0], *parts[1]], strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)
    assert torch.cat(whole).std() > 0


def test_dynamic_sampling_refuses_groups_that_span_processes(weights):
    assert "a rollout has 4 responses there and a group 8" in (weights.folder / "refusal.txt").read_text()
