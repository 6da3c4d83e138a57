"""Captions of figures have the number of their chapter and their place in it."""

import altair as alt
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from rlvr_direction.press import captions, display

DATA = pd.DataFrame({"x": [1.0], "y": [2.0]})


def cell(*bundles):
    return v4.new_code_cell("", outputs=[v4.new_output("display_data", bundle) for bundle in bundles])


@pytest.mark.parametrize(("page", "of_chapter"), [(3, "3."), (12, "")])
def test_figures_are_numbered_along_a_chapter_and_other_captions_are_not(page, of_chapter):
    chart = alt.Chart(DATA).mark_point().encode(x="x:Q", y="y:Q").properties(description="one point, at a < b")
    figure = {"text/html": display.figure(chart, DATA, "one").bundle["text/html"]}
    chains = display.chains({"a text": ("x", ["value"])}).bundle
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# T"), cell(figure, chains), cell({}, figure)])
    captions.number_figures(notebook, page)
    shown = [output["data"].get("text/html", "") for c in notebook.cells[1:] for output in c.outputs]
    said = [caption.get_text() for caption in BeautifulSoup("".join(shown), "html.parser")("figcaption")]
    first, second = (f"Figure {of_chapter}{number}. one point, at a < b" for number in (1, 2))
    assert said == [first, "a text", second]
