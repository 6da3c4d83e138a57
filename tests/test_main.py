"""`python -m rlvr_direction` is the same command line as `rlvr-direction`."""

import subprocess
import sys

from typer.testing import CliRunner

from rlvr_direction.cli import app


def test_the_module_runs_the_command_line():
    done = subprocess.run([sys.executable, "-m", "rlvr_direction", "--help"], capture_output=True, text=True)
    own = CliRunner().invoke(app, ["--help"], prog_name="rlvr-direction")
    assert done.returncode == 0 and "Usage: rlvr-direction" in done.stdout
    assert done.stdout.split() == own.stdout.split()
