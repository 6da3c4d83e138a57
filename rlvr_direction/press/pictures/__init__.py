"""The pictures that are drawn by code, each in a wide layout and in a narrow one for phones."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from rlvr_direction.press.pictures import decoder, tasks, verdict

__all__ = ["PICTURES", "layouts", "write"]

PICTURES: MappingProxyType[str, Callable[..., str]] = MappingProxyType(
    {"decoder": decoder.draw, "tasks": tasks.draw, "verdict": verdict.draw}
)


def layouts(name: str) -> list[str]:
    """A picture's wide and its narrow layout as SVG; an empty list for a name that is no drawn picture's."""
    return [PICTURES[name](layout=layout) for layout in ("wide", "narrow")] if name in PICTURES else []


def write(folder: Path) -> None:
    """Write the wide layout of every picture into a folder; a page of the site draws the narrow one as well."""
    for name in PICTURES:
        (folder / f"{name}.svg").write_text(layouts(name)[0], encoding="utf-8")
