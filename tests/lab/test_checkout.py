import os
import subprocess
import sys

import pytest

from rlvr_direction.lab import checkout


def test_what_a_clone_has_is_returned_as_it_is():
    assert checkout.require(checkout.TOYS / "arithmetic" / "base") == checkout.TOYS / "arithmetic" / "base"


def test_what_a_clone_lacks_is_named_from_its_root():
    with pytest.raises(FileNotFoundError, match="no book/data/toys/chess in this clone"):
        checkout.require(checkout.TOYS / "chess")


def test_an_installation_without_a_clone_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    with pytest.raises(FileNotFoundError, match="come with a clone of the repository, and this installation has none"):
        checkout.require(tmp_path / "book" / "data" / "toys")


def test_toys_and_recorded_data_may_lie_elsewhere(tmp_path):
    program = "from rlvr_direction.lab.checkout import DATA, TOYS; print(DATA, TOYS)"
    elsewhere = {**os.environ, "RLVR_DATA": "gpu"}
    seen = subprocess.run([sys.executable, "-c", program], env=elsewhere, cwd=tmp_path, capture_output=True, text=True)
    assert seen.stdout.split() == [str(tmp_path / "gpu"), str(tmp_path / "gpu" / "toys")]
