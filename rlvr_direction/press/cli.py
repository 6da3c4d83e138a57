"""Commands that run chapters: `audit` one of them on a pair of your own, `book` all of them, to build the site."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Annotated

from typer import Option

from rlvr_direction.audit.settings import AuditSettings
from rlvr_direction.cli.app import command
from rlvr_direction.cli.pairs import KNOWN, OfKnownPairs
from rlvr_direction.lab.checkout import ROOT
from rlvr_direction.settings import Settings

__all__ = ["BookSettings", "audit", "book"]

EXTRA = ("bs4", "ipykernel", "jupyter_book", "nbformat", "papermill", "vl_convert")


@dataclass(frozen=True)
class BookSettings(Settings):
    """Execute the chapters, judge the claims and build the site."""

    profile: Annotated[
        str, Option(help="smoke (minutes), cpu (the published numbers) or gpu (chapter 8 on a public pair).")
    ] = "cpu"
    force: Annotated[bool, Option("--force", help="Execute every chapter again.")] = False


@command(
    AuditSettings,
    cls=OfKnownPairs,
    example="rlvr-direction audit Qwen/Qwen2.5-1.5B my/rl-1.5b problems.jsonl --budget-minutes 60 --out audit, where a "
    'row of problems.jsonl is {"problem": "What is $1+1$?", "answer": "2"}.' + KNOWN,
)
def audit(settings: AuditSettings) -> object:
    """Ask the paper's questions of a pair of your own."""
    _require_a_clone()
    from rlvr_direction.press.audit import audit_page

    return audit_page(settings)


@command(BookSettings, example="rlvr-direction book --profile smoke")
def book(settings: BookSettings) -> object:
    """Run the chapters and build the site."""
    _require_a_clone()
    from rlvr_direction.press.site import build_book

    return build_book(settings.profile, force=settings.force)


def _require_a_clone() -> None:
    """Raise OSError, in one sentence, where there are no chapters or what runs them is not installed."""
    install = "pip install -e '.[book]'"
    if not (ROOT / "book").is_dir():
        raise FileNotFoundError(f"chapters come with a clone of the repository; clone it and run {install} there")
    if lacking := [name for name in EXTRA if find_spec(name) is None]:
        raise OSError(f"chapters are run with {', '.join(lacking)}, not installed here; run {install} in the clone")
