"""`python -m rlvr_direction` is the command line."""

from rlvr_direction.cli import app

__all__: list[str] = []

if __name__ == "__main__":
    app(prog_name="rlvr-direction")
