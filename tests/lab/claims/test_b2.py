"""B2: delta_logp must lead every other score, and neighbours are shown beside the deciding cell."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import b2
from rlvr_direction.lab.claims.advantage import SIDES


def recorded(best, cells):
    """Two thousand positions of 5 RL seeds in each cell: `best` is the advantage, the other scores are noise."""
    rng, tables = np.random.default_rng(0), []
    for cell in cells:
        for seed in range(5):
            advantage = 0.5 * (rng.random(2000) < 0.1)
            table = pd.DataFrame({"problem_id": np.repeat(np.arange(200), 10), "chance": 1.0, "continuations": 8})
            for half in (1, 2):
                table[f"kept_{half}"] = rng.binomial(8, 0.3, 2000)
                table[f"replaced_{half}"] = rng.binomial(8, 0.3 + advantage)
            noise = {name: rng.normal(size=2000) for name in SIDES}
            tables.append(table.assign(**noise | {best: SIDES[best] * advantage}, rl_seed=seed, cell=cell))
    return {"advantages": {"arithmetic": pd.concat(tables, ignore_index=True)}}


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(b2, "leads", lambda table, budget, real=b2.leads: real(table, budget, draws=50))


@pytest.mark.parametrize(("best", "expected"), [("delta_logp", "reproduced"), ("logp_rl", "not reproduced")])
def test_the_best_score_decides(best, expected):
    (row,) = b2.judge(recorded(best, ["unfinished, top_p 0.7"]))
    assert (row.verdict, row.deciding) == (expected, True)
    assert expected == "reproduced" or "RL's log-probability" in row.text


def test_an_early_stage_is_a_neighbour_and_no_verdict():
    first, second = b2.judge(recorded("delta_logp", ["unfinished, top_p 0.7", "early, top_p 0.7"]))
    assert first.deciding and (second.cell, second.deciding) == ("early, top_p 0.7", False)


def test_a_neighbour_stands_beside_the_verdict_on_its_own_task():
    tables = recorded("delta_logp", ["unfinished, top_p 0.7", "early, top_p 0.7"])["advantages"]
    rows = b2.judge({"advantages": tables | {"pointer_tree": tables["arithmetic"]}})
    assert [row.task for row in rows] == ["arithmetic"] * 2 + ["pointer_tree"] * 2
