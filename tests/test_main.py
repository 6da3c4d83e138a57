"""`python -m rlvr_direction` is the same command line as `rlvr-direction`."""

import subprocess
import sys

from rlvr_direction.__main__ import app


def test_the_module_runs_the_command_line():
    done = subprocess.run([sys.executable, "-m", "rlvr_direction", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "Usage: rlvr-direction" in done.stdout
    commands = {command.callback.__name__ for command in app.registered_commands}
    assert {"score", "toy", "book"} < commands <= set(done.stdout.split())
