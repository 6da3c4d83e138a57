"""A study: part by part, resumable, and refused before anything is measured."""

from functools import partial
from types import MappingProxyType
from unittest.mock import Mock

import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.lab import checkout
from rlvr_direction.lab.regime import JUDGED
from rlvr_direction.lab.settings import StudySettings
from rlvr_direction.lab.studies import run as module
from rlvr_direction.lab.studies import study


@pytest.fixture
def counting(monkeypatch):
    """A study in place of the real ones that only notes which seeds it was asked for; raises at those in `fatal`."""
    asked, fatal = [], set()

    def measure(n, seed):
        asked.append(seed)
        if seed in fatal:
            raise KeyboardInterrupt
        return pd.DataFrame({"rl_seed": [seed], "n": [n], "value": [seed / 2]})

    def plan(task, *, seeds, n):
        return [partial(measure, n, seed) for seed in range(seeds)]

    monkeypatch.setattr(module, "STUDIES", MappingProxyType({"counting": module.Study(plan, jobs=1)}))
    return asked, fatal


def run(out, **options):
    return study(StudySettings("counting", "arithmetic", out, seeds=3, problems=7, **options))


def test_every_seed_is_a_part_of_the_table(counting, tmp_path):
    table = records.load(run(tmp_path / "s.parquet"))
    assert table.to_dict("list") == {"rl_seed": [0, 1, 2], "n": [7, 7, 7], "value": [0.0, 0.5, 1.0]}
    assert table.attrs["settings"]["problems"] == 7 and table.attrs["command"].startswith(
        "rlvr-direction study counting"
    )


def test_a_killed_study_goes_on_where_it_stopped(counting, tmp_path):
    asked, fatal = counting
    whole = run(tmp_path / "s.parquet").read_bytes()
    (tmp_path / "s.parquet").unlink()
    asked.clear()
    fatal.add(1)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "s.parquet")
    fatal.clear()
    assert run(tmp_path / "s.parquet", resume=True).read_bytes() == whole
    assert asked == [0, 1, 1, 2]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_study_killed_between_its_last_part_and_the_join_makes_no_part_again(jobs, counting, monkeypatch, tmp_path):
    asked, _ = counting
    whole = records.load(run(tmp_path / "whole.parquet"))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(records.Run, "finish", Mock(side_effect=KeyboardInterrupt))
        run(tmp_path / "s.parquet")
    asked.clear()
    finished = records.load(run(tmp_path / "s.parquet", resume=True, jobs=jobs))
    assert finished.equals(whole) and not asked


def test_an_installation_without_a_clone_has_no_place_for_a_study(counting, monkeypatch, tmp_path):
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    monkeypatch.setattr(module, "DATA", tmp_path / "book" / "data")
    with pytest.raises(FileNotFoundError, match="come with a clone of the repository, and this installation has none"):
        study(StudySettings("counting", "arithmetic"))


def test_a_study_without_problems_of_its_own_takes_those_that_judge(counting, tmp_path):
    table = records.load(study(StudySettings("counting", "worded", tmp_path / "s.parquet", seeds=1)))
    assert set(table["n"]) == {JUDGED["worded"]}


@pytest.mark.parametrize(("name", "task"), [("magic", "arithmetic"), ("separation", "chess")])
def test_an_unknown_study_or_task_is_refused_with_the_choices(name, task, tmp_path):
    with pytest.raises(ValueError, match=r"is called .* choose from"):
        study(StudySettings(name, task, tmp_path / "s.parquet", seeds=1, problems=7))
