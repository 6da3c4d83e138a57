"""Studies: seed by seed, resumable, and what was recorded is complete."""

from types import MappingProxyType

import pandas as pd
import pytest

from rlvr_direction import claims, records
from rlvr_direction import study as module
from rlvr_direction.study import separation, study
from rlvr_direction.tasks import TASKS
from rlvr_direction.toy import load_toy_pair


@pytest.fixture
def counting(monkeypatch):
    """A study in place of the real ones that only notes which seeds it was asked for; raises at those in `fatal`."""
    asked, fatal = [], set()

    def measure(pair, task, *, n, seed):
        asked.append(seed)
        if seed in fatal:
            raise KeyboardInterrupt
        return pd.DataFrame({"n": [n], "value": [seed / 2]})

    monkeypatch.setattr(module, "STUDIES", MappingProxyType({"counting": measure}))
    monkeypatch.setattr(module, "load_toy_pair", lambda task, stage: None)
    return asked, fatal


def run(out, **options):
    return study("counting", "arithmetic", seeds=3, n=7, out=out, command="c", **options)


def test_every_seed_is_a_part_of_the_table(counting, tmp_path):
    table = records.load(run(tmp_path / "s.parquet"))
    assert table.to_dict("list") == {"rl_seed": [0, 1, 2], "n": [7, 7, 7], "value": [0.0, 0.5, 1.0]}
    assert table.attrs["settings"]["problems"] == 7 and table.attrs["command"] == "c"


def test_a_killed_study_goes_on_where_it_stopped(counting, tmp_path):
    asked, fatal = counting
    whole = run(tmp_path / "whole.parquet").read_bytes()
    asked.clear()
    fatal.add(1)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "s.parquet")
    fatal.clear()
    assert run(tmp_path / "s.parquet", resume=True).read_bytes() == whole
    assert asked == [0, 1, 1, 2]


def test_a_seed_without_a_checkpoint_is_found_before_anything_is_measured(counting, tmp_path):
    asked, _ = counting
    with pytest.raises(FileNotFoundError, match="no RL run of seed 5"):
        study("counting", "arithmetic", seeds=9, n=7, out=tmp_path / "s.parquet", command="c")
    assert not asked and not list(tmp_path.iterdir())


def test_separation_names_every_score_at_both_levels():
    table = separation(load_toy_pair("pointer_tree"), TASKS["pointer_tree"], n=24, seed=1)
    of = {level: set(rows["score"]) for level, rows in table.groupby("level")}
    assert of["token"] == {"delta_logp", "lead", *claims.MAGNITUDES} and of["response"] == of["token"] | {"length"}
    scores = table[table["score"] != "lead"]
    assert scores["auroc"].between(0.5, 1).all() and scores["overlap"].between(0, 1).all()
    assert (table["low"] <= table["high"]).all()
    for _, rows in table.groupby("level"):
        best = rows[~rows["score"].isin(["lead", "delta_logp"])]["auroc"].max()
        (ours,), (lead,) = (rows[rows["score"] == name]["auroc"] for name in ("delta_logp", "lead"))
        assert lead == pytest.approx(ours - best, abs=1e-9)


@pytest.mark.parametrize("task", TASKS)
def test_the_recorded_direction_study_has_five_seeds_of_two_thousand_problems(task):
    table = records.load(module.DATA / "direction" / f"{task}.parquet")
    assert sorted(table["rl_seed"].unique()) == [0, 1, 2, 3, 4]
    assert table.attrs["settings"]["problems"] == 2000 and "study direction" in table.attrs["command"]
    counts = table.groupby(["rl_seed", "level"])["score"].nunique().unstack()
    assert (counts["response"] == counts["token"] + 1).all() and counts["token"].nunique() == 1
