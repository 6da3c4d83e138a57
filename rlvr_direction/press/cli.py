"""The command that makes the book: `book` runs the chapters and builds the site."""

from typing import Annotated

import typer

from rlvr_direction.cli.app import app, refuses

__all__ = ["book"]


@app.command(epilog="Example: rlvr-direction book --profile smoke")
@refuses
def book(
    profile: Annotated[str, typer.Option(help="smoke (minutes) or cpu (the published numbers).")] = "cpu",
    force: Annotated[bool, typer.Option("--force", help="Execute every chapter again.")] = False,
) -> None:
    """Execute the chapters, judge the claims and build the site."""
    from rlvr_direction.press.site import build_book

    typer.echo(build_book(profile, force=force))
