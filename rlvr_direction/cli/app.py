"""What all commands share: the program, and one sentence for a refusal or an interruption."""

import inspect
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from rlvr_direction import ranks
from rlvr_direction.settings import Settings

__all__ = ["app", "command", "end"]

app = typer.Typer(
    help="Measure, intervene with and exploit the direction of RLVR updates (arXiv 2603.22117).",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def command(settings: type[Settings], *, example: str, **options: Any) -> Callable[[Callable], Callable]:
    """Make a command of a function of `settings`, whose fields are the options and whose docstring is the help.

    What the function returns is printed. Bad input ends in one sentence on stderr and exit code 2, an interruption in
    one that says how to go on and exit code 130.
    """

    def register(run: Callable[[Any], object]) -> Callable[[Any], object]:
        def parsed(**values: Any) -> None:
            try:
                said = run(settings(**values))
                if ranks.rank() == 0:
                    typer.echo(said)
            except (ValueError, OSError) as refusal:
                end(f"error: {refusal}", 2)
            except KeyboardInterrupt:
                again = " with --resume" if "resume" in values else ""
                end(f"interrupted: what was finished is kept; to go on, run the command again{again}", 130)

        parsed.__signature__ = inspect.signature(settings)
        parsed.__name__, parsed.__doc__ = run.__name__, settings.__doc__
        app.command(epilog=f"Example: {example}", short_help=run.__doc__, **options)(parsed)
        return run

    return register


def end(message: str, code: int) -> None:
    """Say one sentence on stderr, on a line of its own, and leave with an exit code."""
    from tqdm import tqdm

    tqdm.write(message, file=sys.stderr)  # on a line of its own, even below a progress bar
    raise typer.Exit(code)


@app.callback()
def _before_every_command() -> None:
    sys.path.append(os.getcwd())  # finds module:function in the working folder, as python -m does
    if not sys.stderr.isatty():
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    log = logging.getLogger("rlvr_direction")
    log.handlers = [logging.StreamHandler()]
    log.level = logging.INFO if ranks.rank() == 0 else logging.WARNING
