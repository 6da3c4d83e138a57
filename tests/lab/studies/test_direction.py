"""Claim C1 over seeds: every score at both levels, and what was recorded is complete."""

import pytest

from rlvr_direction import records
from rlvr_direction.lab import claims
from rlvr_direction.lab.studies import DATA, separation
from rlvr_direction.lab.studies.direction import plan
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair


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


def test_a_part_is_a_seed():
    table = plan("pointer_tree", seeds=2, n=12)[1]()
    assert set(table["rl_seed"]) == {1} and "lead" in set(table["score"])


@pytest.mark.parametrize("task", TASKS)
def test_the_recorded_direction_study_has_five_seeds_of_two_thousand_problems(task):
    table = records.load(DATA / "direction" / f"{task}.parquet")
    assert sorted(table["rl_seed"].unique()) == [0, 1, 2, 3, 4]
    assert table.attrs["settings"]["problems"] == 2000 and "study direction" in table.attrs["command"]
    counts = table.groupby(["rl_seed", "level"])["score"].nunique().unstack()
    assert (counts["response"] == counts["token"] + 1).all() and counts["token"].nunique() == 1
