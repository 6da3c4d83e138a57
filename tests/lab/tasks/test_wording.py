"""The words of the worded task: one token each, and phrases that their first word tells apart."""

from rlvr_direction.lab.tasks.wording import LEADS, NAMES, OPENERS, TAILS, THINGS, VOCABULARY


def test_there_are_about_five_hundred_words_and_each_is_listed_once():
    assert 400 < len(VOCABULARY) < 550 and len(set(VOCABULARY)) == len(VOCABULARY)
    assert all(word == word.strip() and word for word in VOCABULARY)


def test_every_template_is_filled_from_the_vocabulary():
    filled = {t.format(name=NAMES[0], thing=THINGS[0]) for t in (*LEADS, *TAILS, *OPENERS)}
    assert {word for text in filled for word in text.split()} <= set(VOCABULARY)


def test_thirty_phrases_open_with_thirty_words():
    first = [opener.split()[0] for opener in OPENERS]
    assert len(first) == len(set(first)) == 30 and not set(first) & {"undo", "check", "answer"}


def test_no_name_is_a_thing_and_neither_is_another_word():
    fixed = [word for word in VOCABULARY if word not in NAMES and word not in THINGS]
    assert not set(NAMES) & set(THINGS) and len(fixed) + len(NAMES) + len(THINGS) == len(VOCABULARY)
