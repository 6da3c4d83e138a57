"""Numbers of figures: "Figure 3.2" is the second of chapter 3, on a page with scripts or without.

The pages behind the nine chapters have no number, and their figures none of a chapter: "Figure 2".
"""

from itertools import count

from nbformat import NotebookNode

from rlvr_direction.press.display import CAPTION

__all__ = ["number_figures"]

CHAPTERS = 9  # numbered ones; pages 10 and on are back matter


def number_figures(notebook: NotebookNode, chapter: int) -> None:
    """Put its number in front of every caption of an executed chapter, in the order of the page."""
    numbers, opened = count(1), f'<figcaption class="{CAPTION}">'
    of_chapter = f"{chapter}." if chapter <= CHAPTERS else ""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if opened in (html := output.get("data", {}).get("text/html", "")):
                number = f"{opened}<b>Figure {of_chapter}{next(numbers)}.</b> "
                output["data"]["text/html"] = html.replace(opened, number)
