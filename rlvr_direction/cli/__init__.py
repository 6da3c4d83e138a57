"""The library's commands: parse, call one public function, save. Bad input is one sentence and exit code 2."""

from rlvr_direction.cli import pairs, training  # noqa: F401 -- each adds its commands
from rlvr_direction.cli.app import app

__all__ = ["app"]
