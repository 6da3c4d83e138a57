"""The library's commands: each parses its options, calls one public function and prints what it returns."""

from rlvr_direction.cli import pairs, training  # noqa: F401 -- each adds its commands
from rlvr_direction.cli.app import app

__all__ = ["app"]
