"""What readers of the site see of an executed chapter: the code that teaches, and its checks in one line at the end."""

from collections.abc import Sequence

import nbformat.v4
from nbformat import NotebookNode

from rlvr_direction.press.display import CHECK, CLAIM, STAMP
from rlvr_direction.press.run import tagged
from rlvr_direction.press.verdict_box import FOLDED
from rlvr_direction.press.what_if import what_if_html

__all__ = ["OPEN", "for_readers"]

OPEN = "open"  # the tag of a cell whose code teaches
UNSEEN = ("colab", "injected-parameters", "kernel")  # tags of cells that are for a notebook alone
BANNER = """
:::{{admonition}} A {profile} build is not evidence
:class: warning rlvr-not-evidence

The numbers on this page come from the `{profile}` profile, which tests the code on tiny settings. The recorded verdicts
are on the {{doc}}`front page <index>`; {{doc}}`reproducibility` says what each profile is for.
:::
"""


def for_readers(notebook: NotebookNode, profile: str, variants: Sequence[dict] = ()) -> NotebookNode:
    """Prepare an executed chapter for the site: fold plumbing, gather checks, and mark a smoke build as no evidence.

    The code of a cell stays open where it is tagged `open`. A claim's box gets what other rules would have said, from
    `variants` (`lab.claims.variants.survey`). Raises ValueError if the first line of a smoke chapter is
    not its title.
    """
    for cell in (cell for tag in UNSEEN for cell in tagged(notebook, tag)):
        _tag(cell, "remove-cell")
    _gather_checks(notebook)
    _add_what_if(notebook, variants)
    for cell in notebook.cells:
        if cell.cell_type == "code" and OPEN not in cell.metadata.get("tags", []):
            _tag(cell, "hide-input")
    if profile == "smoke":
        title, *rest = notebook.cells[0].source.split("\n", 1)
        if not title.startswith("# "):
            raise ValueError(f"a chapter begins with its title, a line '# ...'; this one begins with {title!r}")
        notebook.cells[0].source = "\n".join([title, BANNER.format(profile=profile), *rest])
    return notebook


def _add_what_if(notebook: NotebookNode, variants: Sequence[dict]) -> None:
    """Put the verdicts under other rules at the end of each claim's box."""
    for data in (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])):
        if CLAIM in data:
            end = "</details>" if FOLDED in (box := data["text/html"]) else "</div>"
            data["text/html"] = f"{box.removesuffix(end)}{what_if_html(data[CLAIM], variants)}{end}"


def _tag(cell: NotebookNode, tag: str) -> None:
    """Give a cell a tag once: a notebook that names one twice is not valid, and readers download it."""
    cell.metadata["tags"] = [*dict.fromkeys([*cell.metadata.get("tags", []), tag])]


def _gather_checks(notebook: NotebookNode) -> None:
    """Take the checks out of their cells into one fold before the stamp; a cell that had nothing else goes, too."""
    checks, stamp = [], None
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        mine = [output for output in outputs if CHECK in output.get("data", {})]
        checks += [output["data"]["text/html"] for output in mine]
        if mine:
            cell["outputs"] = [output for output in outputs if output not in mine]
            if not cell["outputs"] and OPEN not in cell.metadata.get("tags", []):
                _tag(cell, "remove-cell")
        if any(STAMP in output.get("data", {}) for output in outputs):
            stamp = cell
    if checks and stamp is not None:
        count = "1 check holds" if len(checks) == 1 else f"{len(checks)} checks hold"
        said = f"The code of this chapter checks itself: {count}"
        fold = f'<details class="rlvr-checks"><summary>{said}</summary>{"".join(checks)}</details>'
        stamp["outputs"].insert(0, nbformat.v4.new_output("display_data", {"text/html": fold}))
