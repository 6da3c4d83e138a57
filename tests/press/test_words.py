"""Every claim has its question and what the paper reports, whose numbers are those of a record."""

import re

import pytest
import yaml

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press.run import ROOT
from rlvr_direction.press.words import WORDS

RECORD = yaml.safe_load((ROOT / "book" / "data" / "claims" / "paper.yaml").read_text())
NOT_REPORTED = re.compile(r"Lemma \S+|Theorem \S+|arXiv \S+|Pass@\d+|\d+B\b|2 \|w\| \(1|1 to 3 %")


def numbers(text):
    """The numbers that a sentence reports, without those in the names of things."""
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", NOT_REPORTED.sub("", text))]


def difference(text):
    first, *rest = map(float, text.split(" - "))
    return first - sum(rest)


def test_every_registered_claim_has_words_and_no_other_has():
    assert list(WORDS) == list(CLAIMS)


def test_a_question_is_one_and_a_report_is_a_sentence():
    for words in WORDS.values():
        assert words.question.endswith("?") and words.paper[-1:] in ("", ".")


@pytest.mark.parametrize("id", WORDS)
def test_a_report_has_the_recorded_numbers_of_the_paper_and_no_other(id):
    assert numbers(WORDS[id].paper) == [quoted for quoted, _ in RECORD["quoted"].get(id, [])]


@pytest.mark.parametrize(
    ("quoted", "printed"), [row for rows in RECORD["quoted"].values() for row in rows], ids=lambda value: str(value)
)
def test_a_quoted_number_is_the_printed_one_or_the_difference_of_two(quoted, printed):
    decimals = len(f"{quoted}".partition(".")[2])
    assert round(difference(printed), decimals) == quoted


@pytest.mark.parametrize("pair", RECORD["tables"]["replacement, RL, extrapolation"])
def test_chapter_6_has_the_papers_row_of_each_pair(pair):
    row = RECORD["tables"]["replacement, RL, extrapolation"][pair]
    chapter = (ROOT / "book" / "06_extrapolation.md").read_text()
    assert f'("paper: {pair}", {", ".join(f"{number:.2f}" for number in row)})' in chapter


def test_a_number_that_was_changed_or_added_would_be_seen():
    assert numbers("+1.63 points with a 7B model (43.75 against 42.12, Theorem 4.1).") == [1.63, 43.75, 42.12]
    assert numbers(WORDS["C5a"].paper.replace("1.63", "1.64")) != numbers(WORDS["C5a"].paper)
    assert round(difference("43.75 - 42.12"), 2) == 1.63
