"""Every claim has its question and what the paper reports."""

from rlvr_direction.lab.claims import CLAIMS
from rlvr_direction.press.words import WORDS


def test_every_registered_claim_has_words_and_no_other_has():
    assert list(WORDS) == list(CLAIMS)


def test_a_question_is_one_and_a_report_is_a_sentence():
    for words in WORDS.values():
        assert words.question.endswith("?") and words.paper[-1:] in ("", ".")
