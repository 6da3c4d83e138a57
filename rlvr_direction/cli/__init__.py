"""The command line: parse, call one public function, save. Bad input is one sentence on stderr and exit code 2."""

from rlvr_direction.cli import models, pairs, publishing  # noqa: F401 -- each adds its commands
from rlvr_direction.cli.app import app

__all__ = ["app"]
