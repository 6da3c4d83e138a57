"""A small forest: its marks lie where its numbers do."""

import pytest
from bs4 import BeautifulSoup

from rlvr_direction.press.forest import ends_of, forest

ROW = {"value": 0.2, "low": 0.1, "high": 0.3, "bound": 0.0}


@pytest.mark.parametrize(("better", "shaded"), [("higher", (56, 94)), ("lower", (0, 56))])
def test_the_side_that_supports_the_claim_is_shaded_from_the_bound(better, shaded):
    drawn = BeautifulSoup(forest(ROW, (-0.25, 0.44), better), "html.parser")
    left, width = (float(drawn.rect[key]) for key in ("x", "width"))
    assert (left, width) == pytest.approx(shaded)


def test_the_interval_and_the_estimate_are_drawn_to_scale():
    bound, interval = BeautifulSoup(forest(ROW, (0.0, 0.3), "higher"), "html.parser")("line")
    assert float(bound["x1"]) == 6 and float(interval["x1"]) == 52 and float(interval["x2"]) == 144


def test_the_scale_holds_every_row_and_zero():
    assert ends_of([ROW, ROW | {"low": None, "high": 0.5}]) == (0.0, 0.5)
