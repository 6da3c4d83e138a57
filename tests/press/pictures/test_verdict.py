"""The picture of the data flow of a verdict names what is there."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from rlvr_direction.lab import claims
from rlvr_direction.lab.checkout import DATA, ROOT
from rlvr_direction.press.pictures import verdict as picture


def test_the_files_that_it_names_are_in_the_repository():
    assert Path(claims.registry.c2.__file__).as_posix().endswith(picture.RULE[2])
    assert [*DATA.glob(picture.COUNTS[2].removeprefix("data/"))] and (DATA / picture.KEPT[2]).exists()
    assert claims.registry.c2.CLAIM.study in picture.COUNTS[2] and (ROOT / "README.md").exists()


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_each_part_stands_in_a_box_of_its_own(layout):
    root = ElementTree.fromstring(picture.draw(layout=layout))
    titles = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text") if text.get("class") == "title"]
    shown = {"wide": ["Board", "README"], "narrow": ["Board"]}[layout]
    assert sorted(titles) == sorted(["Rule", "Counts", "judge", "Verdicts", "Chapter", "Test", *shown])
