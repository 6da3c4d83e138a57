"""The page of a token view: pages of ten, filters by number, and a slider that counts."""

import base64
import gzip
import json
import math

import numpy as np
import pytest
from bs4 import BeautifulSoup

from rlvr_direction.report.page import Filter, hundredths, page_html

WORDS = {"summary": "<p>s</p>", "legend": "l", "outlined": "tokens"}


def made(n, filters=(), deltas=(), **words):
    sections = [f"<section><h2>{i}</h2></section>" for i in range(n)]
    page = BeautifulSoup(page_html(sections, filters, deltas, **WORDS | words), "html.parser")
    return page, json.loads(page.find(id="data").string)


def test_the_first_page_is_plain_and_the_others_are_packed_and_complete():
    page, data = made(45)
    packs = [json.loads(gzip.decompress(base64.b64decode(pack))) for pack in data["packs"]]
    titles = [BeautifulSoup("".join(pack), "html.parser")("h2") for pack in packs]
    assert [heading.text for heading in sum(titles, page("h2"))] == [str(i) for i in range(45)]
    assert [len(pack) for pack in packs] == [10] * 3 + [5] and data["sections"] == 45
    assert "Further texts than these 10 of 45 need JavaScript" in page.noscript.text


def test_choices_are_escaped_counted_and_go_by_number():
    hostile = "</script><b>"
    page, data = made(3, [Filter("source", ["a", hostile], [hostile, "a", hostile])])
    assert [option.text for option in page("option")] == ["all (3)", "a (1)", f"{hostile} (2)"]
    assert [option["value"] for option in page("option")] == ["", "0", "1"] and data["labels"] == [[1, 0, 1]]
    assert page.select_one(".bar select")["id"] == "source" and not page("b")


def test_the_slider_counts_what_lies_at_or_below_each_threshold():
    deltas = [-12.0, -1.5, -0.3, -0.3001, -0.2999, 0.0, 2.0]
    page, data = made(1, deltas=deltas)
    assert len(data["at_most"]) == 1001 and 100 * float(page.find("input")["min"]) == data["from"] == -1000
    thresholds = np.array([-10, -1.5, -0.31, -0.3, -0.29, 0])
    at_most = [data["at_most"][round(100 * t) - data["from"]] for t in thresholds]
    assert at_most == [(np.array(deltas) <= t).sum() for t in thresholds] == [1, 2, 2, 4, 5, 6]


@pytest.mark.parametrize(("delta", "position"), [(math.nan, 1), (math.inf, 1), (-math.inf, -1000), (0.0, 0)])
def test_a_delta_that_is_no_finite_number_has_a_position_too(delta, position):
    assert hundredths(delta) == position
