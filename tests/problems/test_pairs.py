"""The registry of public pairs."""

import pytest

from rlvr_direction.problems import PAIRS, TEMPLATES, pair_named


def test_every_pair_has_two_models_a_known_template_and_says_what_was_checked():
    assert len(PAIRS) == 12
    for name, pair in PAIRS.items():
        assert name == name.lower() and pair.base != pair.rl and pair.base.count("/") == pair.rl.count("/") == 1
        assert pair.template in (*TEMPLATES, "rl", "base") and pair.licence and pair.source
        assert pair.checked and set(pair.checked) <= {"names", "licence", "template"}


def test_base_and_rl_have_one_size():
    for name, pair in PAIRS.items():
        size = name.split("-")[-1] if name != "olmo3-7b-math" else "7b"
        assert size in pair.base.lower() and size in pair.rl.lower()


def test_a_pair_is_found_by_its_name_and_another_name_lists_those_that_are():
    assert pair_named("orz-7b") is PAIRS["orz-7b"]
    with pytest.raises(ValueError, match=r"no pair is called 'ORZ-7B'; choose from orz-0\.5b, .*, olmo3-7b-math$"):
        pair_named("ORZ-7B")
