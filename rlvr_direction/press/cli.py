"""The command that makes the book: `book` runs the chapters and builds the site."""

from dataclasses import dataclass
from typing import Annotated

from typer import Option

from rlvr_direction.cli.app import command
from rlvr_direction.settings import Settings

__all__ = ["BookSettings", "book"]


@dataclass(frozen=True)
class BookSettings(Settings):
    """Execute the chapters, judge the claims and build the site."""

    profile: Annotated[str, Option(help="smoke (minutes) or cpu (the published numbers).")] = "cpu"
    force: Annotated[bool, Option("--force", help="Execute every chapter again.")] = False


@command(BookSettings, example="rlvr-direction book --profile smoke")
def book(settings: BookSettings) -> object:
    """Run the chapters and build the site."""
    from rlvr_direction.press.site import build_book

    return build_book(settings.profile, force=settings.force)
