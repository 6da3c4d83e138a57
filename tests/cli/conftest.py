"""The command line as a shell calls it."""

import sys

import pytest
from typer.testing import CliRunner

from rlvr_direction.cli import app


@pytest.fixture
def call(monkeypatch):
    """A function: run the command line with these words, and `sys.argv` as a shell would set it."""

    def run(*words):
        words = [str(word) for word in words]
        monkeypatch.setattr(sys, "argv", ["rlvr-direction", *words])
        return CliRunner().invoke(app, words)

    return run


@pytest.fixture
def refused():
    """A function: whether a command ended with exit code 2 and one sentence on one line that has this phrase."""

    def check(done, phrase):
        lines = done.stderr.strip().splitlines()
        return done.exit_code == 2 and len(lines) == 1 and lines[0].startswith("error: ") and phrase in lines[0]

    return check
