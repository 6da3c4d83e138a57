"""Settings hold the options of a command: within bounds, and as the text of the command that gives them."""

import doctest
import shlex
from pathlib import Path

import pytest

from rlvr_direction import settings
from rlvr_direction.settings import DecodeSettings, ScoreSettings

NEEDED = {"base": "a", "rl": "b", "problems": Path("p.jsonl"), "out": Path("o.parquet"), "where": "random:0.1"}


@pytest.mark.parametrize(
    "changed", [{"samples": 0}, {"seed": -1}, {"max_new_tokens": 0}, {"keep_tokens": -1}, {"batch_size": 0}]
)
def test_a_number_below_its_least_is_refused_by_name(changed):
    ((name, value),) = changed.items()
    with pytest.raises(ValueError, match=f"{name} is {value}; expected at least"):
        DecodeSettings(**NEEDED, **changed)


def test_the_command_names_what_differs_from_the_defaults_and_is_a_resumed_runs_too():
    plain, resumed = (DecodeSettings(**NEEDED, gamma=0.5, keep_tokens=0, resume=again) for again in (False, True))
    assert plain.command == resumed.command
    expected = "rlvr-direction decode a b p.jsonl --out o.parquet --where random:0.1 --gamma 0.5 --keep-tokens 0"
    assert plain.command == expected


def test_the_command_read_by_a_shell_gives_the_settings_again(call, monkeypatch):
    made = ScoreSettings("my base", "rl", Path("t'.jsonl"), Path("o.parquet"), eos=True, dtype="auto", batch_size=3)
    seen = []
    monkeypatch.setattr("rlvr_direction.scoring.score_file", seen.append)
    assert call(*shlex.split(made.command)[1:]).exit_code == 0 and seen == [made]


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(settings) == (0, 1)
