"""The study of separation: a part per cell, all RL seeds together in the deciding one."""

import pytest

from rlvr_direction.lab.claims import b1, c1, c1h
from rlvr_direction.lab.claims.direction import POOLED
from rlvr_direction.lab.regime import CELLS, DECIDING
from rlvr_direction.lab.studies import separation
from rlvr_direction.lab.studies.separation import plan


@pytest.fixture
def few_draws(monkeypatch):
    """One checkpoint for every cell and seed, and a handful of draws."""
    monkeypatch.setattr(separation, "checkpoint", lambda task, stage, rl_seed: "rl_080")
    for name in ("separation_of", "same_position", "facts_of"):
        whole = getattr(separation, name)
        monkeypatch.setattr(separation, name, lambda table, whole=whole: whole(table, draws=10))


def test_only_the_deciding_cell_has_all_seeds():
    parts = plan("pointer_tree", seeds=5, n=9)
    assert [part.args for part in parts] == [("pointer_tree", c, 5 if c == DECIDING else 1, 9) for c in CELLS]


def test_a_cell_is_recorded_seed_by_seed_and_pooled_and_can_be_judged(few_draws):
    table = plan("pointer_tree", seeds=2, n=12)[0]()
    assert set(table["cell"]) == {str(DECIDING)} and set(table["rl_seed"]) == {0, 1, POOLED}
    for claim in (c1, c1h, b1):
        (row,) = claim.judge({"separation": {"pointer_tree": table}})
        assert row.deciding and row.low <= row.value <= row.high
    scores = {level: set(rows["score"]) for level, rows in table.groupby("level")}
    assert {"cumulative_delta_logp", "position"} <= scores["token"] and "length" in scores["response"]
    won = table[(table["level"] == "same position") & (table["score"] == "delta_logp")]["value"]
    assert won.between(0.5, 1).all() and len(won) == 2
    pooled = table[table["rl_seed"] == POOLED].set_index(["level", "score"])["value"]
    first = table[table["rl_seed"] == 0].set_index(["level", "score"])["value"]
    assert pooled.to_dict() == pytest.approx(first[pooled.index].to_dict())  # two seeds of one checkpoint
