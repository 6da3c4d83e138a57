"""How to cite: BibTeX for the paper and for the book, from `CITATION.cff`."""

from collections.abc import Mapping
from pathlib import Path

import yaml

__all__ = ["bibtex", "citation"]

KINDS = {"article": "article", "software": "software"}


def citation(cff: Path) -> str:
    """Both entries as a block of code, which a page shows with a button to copy it. Raises OSError without the file."""
    book = yaml.safe_load(cff.read_text())
    (paper,) = book["references"]
    return f"```bibtex\n{bibtex('huang2026direction', paper)}\n{bibtex('rlvrdirection', book)}```\n"


def bibtex(key: str, work: Mapping) -> str:
    """One entry from the fields of a work in the Citation File Format. Raises KeyError for an unknown kind of work."""
    fields = {
        "title": f"{{{work['title']}}}",
        "author": " and ".join(map(_author, work["authors"])),
        "year": str(work.get("year") or work["date-released"].year),
        "version": work.get("version"),
        "url": work.get("url") or work.get("repository-code"),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{KINDS[work['type']]}{{{key},\n{lines}}}\n"


def _author(person: Mapping) -> str:
    """A person by both names, or a group by its own, which BibTeX must not take apart."""
    return f"{{{person['name']}}}" if "name" in person else f"{person['family-names']}, {person['given-names']}"
