"""What all commands share: the program, a refusal, and options that mean the same everywhere."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

__all__ = ["Force", "Resume", "app", "command_text", "refuses"]

app = typer.Typer(
    help="Measure, intervene with and exploit the direction of RLVR updates (arXiv 2603.22117).",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Resume = Annotated[bool, typer.Option("--resume", help="Go on with a run that was interrupted.")]
Force = Annotated[bool, typer.Option("--force", help="Start over and replace what is there.")]


def refuses(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the one sentence of a refusal into stderr and exit code 2."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except (ValueError, OSError) as refusal:
            from tqdm import tqdm

            tqdm.write(f"error: {refusal}", file=sys.stderr)  # on a line of its own, should a bar stand there
            raise typer.Exit(2) from refusal

    return run


@app.callback()
def _before_every_command() -> None:
    sys.path.append(os.getcwd())  # module:function may lie here, as for python -m
    if not sys.stderr.isatty():
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def command_text() -> str:
    """The command line as it was typed, for a file's provenance."""
    from rlvr_direction.records import command_line

    return command_line(sys.argv[1:])
