"""From notebooks to the rendered book: what a chapter shows, how it is run, and the site made of it."""

from pathlib import Path

__all__ = ["build_book"]


def build_book(profile: str, *, force: bool = False) -> Path:
    """Run the chapters, judge what they recorded, build the site and check it; the folder of the site."""
    from rlvr_direction.publish import site

    return site.build_book(profile, force=force)
