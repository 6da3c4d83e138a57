"""A study: part by part, resumable, and refused before anything is measured."""

import sys
import time
from functools import partial
from types import MappingProxyType

import pandas as pd
import psutil
import pytest

from rlvr_direction import records
from rlvr_direction.interventions import parse
from rlvr_direction.lab.settings import StudySettings
from rlvr_direction.lab.studies import replacement, study
from rlvr_direction.lab.studies import run as module


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

    monkeypatch.setattr(module, "STUDIES", MappingProxyType({"counting": module.Study(plan)}))
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


def test_two_parts_at_a_time_make_the_same_table_and_a_failure_keeps_what_was_made(monkeypatch, tmp_path):
    def plan(task, *, seeds, n):
        return [partial(pd.DataFrame, {"rl_seed": [seed], "n": [n]}) for seed in range(seeds)]

    monkeypatch.setattr(module, "STUDIES", MappingProxyType({"counting": module.Study(plan, jobs=2)}))
    table = records.load(run(tmp_path / "s.parquet"))
    assert table.to_dict("list") == {"rl_seed": [0, 1, 2], "n": [7, 7, 7]}
    broken = [partial(pd.DataFrame, {"rl_seed": [0]}), partial(float, "seven"), partial(pd.DataFrame, {"rl_seed": [2]})]
    plan_broken = module.Study(lambda task, **_: broken, jobs=2)
    monkeypatch.setattr(module, "STUDIES", MappingProxyType({"counting": plan_broken}))
    with pytest.raises(ValueError, match="seven"):
        run(tmp_path / "t.parquet")
    broken[1] = partial(pd.DataFrame, {"rl_seed": [1]})
    assert records.load(run(tmp_path / "t.parquet", resume=True))["rl_seed"].tolist() == [0, 1, 2]


SLEEPERS = """
import sys, time
from functools import partial
from pathlib import Path
from types import MappingProxyType
from rlvr_direction.lab.settings import StudySettings
from rlvr_direction.lab.studies import run

if __name__ == "__main__":
    parts = [partial(time.sleep, 600)] * 2
    run.STUDIES = MappingProxyType({"sleeping": run.Study(lambda task, **_: parts, jobs=2)})
    run.study(StudySettings("sleeping", "arithmetic", Path(sys.argv[1])))
"""


def test_workers_end_with_a_study_that_is_killed(tmp_path):
    (tmp_path / "sleepers.py").write_text(SLEEPERS)
    study_ = psutil.Popen([sys.executable, str(tmp_path / "sleepers.py"), str(tmp_path / "s.parquet")])
    workers = []
    while sum("spawn_main" in " ".join(worker.cmdline()) for worker in workers) < 2:
        time.sleep(0.2)
        assert study_.poll() is None
        workers = study_.children()
    time.sleep(5)  # until they sleep, too
    study_.kill()
    study_.wait()
    assert not psutil.wait_procs(workers, timeout=30)[1]


@pytest.mark.parametrize("name", ["direction", "replacement", "extrapolation"])
def test_a_seed_without_a_checkpoint_is_found_before_anything_is_measured(name, tmp_path, monkeypatch):
    monkeypatch.setattr(replacement, "threshold", lambda *_, **__: parse("delta_logp<=-0.3"))
    with pytest.raises(FileNotFoundError, match="no RL run of seed 5"):
        study(StudySettings(name, "arithmetic", tmp_path / "s.parquet", seeds=9, problems=7))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "task"), [("magic", "arithmetic"), ("direction", "chess")])
def test_an_unknown_study_or_task_is_refused_with_the_choices(name, task, tmp_path):
    with pytest.raises(ValueError, match=r"is called .* choose from"):
        study(StudySettings(name, task, tmp_path / "s.parquet", seeds=1, problems=7))
