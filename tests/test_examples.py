"""The examples in docstrings are what the functions really give."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest
import torch

import rlvr_direction

ROOT = Path(rlvr_direction.__file__).parents[1]
FILES = [path for path in sorted(ROOT.glob("rlvr_direction/**/*.py")) if ">>> " in path.read_text()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_examples_of_a_module_hold(path):
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    with torch.random.fork_rng():
        results = doctest.testmod(module, extraglobs={"torch": torch})
    assert results.attempted and not results.failed
