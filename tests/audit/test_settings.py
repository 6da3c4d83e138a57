"""The settings of an audit: bounds, defaults and the command."""

from pathlib import Path

import pytest

from rlvr_direction.audit.settings import AuditSettings

NAMED = {"base": "a", "rl": "b", "problems": Path("p.jsonl"), "out": Path("audit")}


def test_the_command_is_the_one_that_makes_these_settings():
    assert AuditSettings(**NAMED).command == "rlvr-direction audit a b p.jsonl --out audit"
    changed = AuditSettings(**NAMED, use=20, samples=2, stop=["x y", "z"], dtype="bfloat16", resume=True)
    expected = "--dtype bfloat16 --out audit --use 20 --samples 2 --stop 'x y' --stop z"
    assert sorted(changed.command.split()) == sorted(f"rlvr-direction audit a b p.jsonl {expected}".split())


@pytest.mark.parametrize(
    ("changed", "seen"),
    [
        ({"use": 7}, "use is 7; expected at least 8"),
        ({"samples": 0}, "samples is 0; expected at least 1"),
        ({"budget_minutes": -1.0}, r"budget_minutes is -1.0; expected at least 0"),
        ({"max_new_tokens": 0}, "max_new_tokens is 0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_number_below_its_minimum_is_refused(changed, seen):
    with pytest.raises(ValueError, match=seen):
        AuditSettings(**NAMED, **changed)
