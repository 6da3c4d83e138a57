"""The whole program: the commands of the library, the lab and the press, in the order of use."""

from rlvr_direction.cli import app
from rlvr_direction.lab import cli as lab  # noqa: F401 -- adds its commands
from rlvr_direction.press import cli as press  # noqa: F401 -- adds its command

__all__ = ["app"]

if __name__ == "__main__":
    app(prog_name="rlvr-direction")
