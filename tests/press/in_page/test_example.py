"""The recorded example that stands in a page until the pair is loaded, and where scripts are off."""

import pytest
from bs4 import BeautifulSoup

from rlvr_direction.press.in_page import SHIPPED, fill, live_pair


@pytest.fixture(scope="module", params=SHIPPED)
def soup(request):
    return BeautifulSoup(live_pair(request.param), "html.parser")


def test_an_example_shows_three_texts_of_which_replacement_repairs_the_first(soup):
    assert [verdict["data-right"] for verdict in soup(class_="rlvr-live-verdict")][::2] == ["false", "true"]
    assert [figure.get_text(strip=True) != "" for figure in soup("figure")] == [True] * 3


def test_with_a_gamma_the_example_is_one_that_it_alone_solves():
    texts = BeautifulSoup(live_pair("arithmetic", gamma=1.0), "html.parser")
    assert [verdict["data-right"] for verdict in texts(class_="rlvr-live-verdict")] == ["false", "false", "true"]


def test_replaced_tokens_stand_struck_out_in_the_last_text_only(soup):
    struck = [len(figure("s")) for figure in soup("figure")]
    assert struck[:2] == [0, 0] and struck[2] >= 1


def test_an_example_has_no_control_because_a_page_without_scripts_could_not_move_it(soup):
    assert not soup(["button", "input", "select", "script"])


def test_only_marks_in_a_page_become_pairs():
    page = "text\n\n<!-- live:arithmetic -->\n\nmore `<!-- live:arithmetic -->`\n"
    filled = fill(page)
    assert filled.count('class="rlvr-live"') == 1 and filled.endswith("more `<!-- live:arithmetic -->`\n")
    assert "\n\n" not in filled.split("```{raw} html\n")[1].split("\n```")[0]
