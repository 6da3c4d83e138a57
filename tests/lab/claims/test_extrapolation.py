"""C4b, C4c and C4h: gains of what was chosen, judged where the truth is known."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import c4b, c4c, c4h
from rlvr_direction.lab.claims.extrapolation import choices, map_of
from rlvr_direction.lab.regime import CELLS, DECIDING

GATES = ("delta_logp<=-0.3", "delta_logp<=-0.1", "delta_logp<=0.0")
RIVALS = ("gamma 0", "rl", "ungated", "cold rl")


def judged(accuracy, *, seed, cell=DECIDING, where=GATES[1], gamma=1.0, n=1000):
    """One row per problem of the chosen arm and its rivals, with shares `accuracy` right, of the same problems."""
    hard = np.random.default_rng(seed).permutation(n)
    rows = []
    for family, share in accuracy.items():
        part = pd.DataFrame({"problem_id": np.arange(n), "correct": (hard < share * n).astype(int)})
        of_gate = gamma if family == "chosen" else 0.0
        rows.append(part.assign(family=family, where=where, gamma=of_gate))
    return common(pd.concat(rows), cell, seed, "judged", 1)


def calibration(*, cell=DECIDING, seed=0):
    cells = [(gate, gamma) for gate in (*GATES, "everywhere") for gamma in (0.0, 0.3, 1.0, 4.0)]
    table = pd.DataFrame(cells, columns=["where", "gamma"]).assign(family="tried", problem_id=-1, correct=300)
    return common(table, cell, seed, "calibration", 500)


def common(table, cell, seed, purpose, samples):
    return table.assign(cell=str(cell), rl_seed=seed, purpose=purpose, samples=samples, n_tokens=10).assign(
        n_selected=2, n_changed=1
    )


def recorded(gains, **chosen):
    """A study whose chosen arm is right on .5 of the problems, and `gains[rival]` above each rival, by RL seed."""
    tables = []
    for seed in range(5):
        level = {rival: 0.5 - np.resize(gains.get(rival, 0.1), 5)[seed] for rival in RIVALS}
        tables += [calibration(seed=seed), judged({"chosen": 0.5, **level}, seed=seed, **chosen)]
    return {"tilts": {"arithmetic": pd.concat(tables, ignore_index=True)}}


@pytest.mark.parametrize(("claim", "rival"), [(c4b, "gamma 0"), (c4c, "rl"), (c4h, "cold rl")])
@pytest.mark.parametrize(
    ("gain", "wanted"),
    [
        (0.05, "reproduced"),
        (-0.05, "not reproduced"),
        (0.002, "not reproduced"),
        ([0.2, 0.2, 0.2, -0.01, -0.01], "inconclusive"),
    ],
)
def test_each_claim_looks_at_its_own_rival(claim, rival, gain, wanted):
    (row,) = claim.judge(recorded({rival: gain}))
    assert (row.verdict, row.deciding, row.task) == (wanted, True, "arithmetic")
    assert row.value == pytest.approx(np.mean(gain)) and "gamma 1 where delta_logp <= -0.1" in row.chosen


def test_every_cell_is_judged_and_only_one_decides():
    study = recorded({})
    level = {"chosen": 0.5, **dict.fromkeys(RIVALS, 0.6)}
    more = [calibration(cell=CELLS[3]), judged(level, seed=0, cell=CELLS[3])]
    elsewhere = [calibration(cell="unfinished, T 0"), judged(level, seed=0, cell="unfinished, T 0")]
    study["tilts"]["arithmetic"] = pd.concat([study["tilts"]["arithmetic"], *more, *elsewhere], ignore_index=True)
    first, second = c4c.judge(study)
    assert (first.verdict, first.deciding) == ("reproduced", True)
    assert (second.cell, second.verdict, second.deciding) == (str(CELLS[3]), "not reproduced", False)


@pytest.mark.parametrize(
    ("where", "gamma", "edge"),
    [(GATES[1], 1.0, ""), (GATES[1], 4.0, "gamma"), (GATES[0], 1.0, "gate"), (GATES[2], 0.0, "gamma and gate")],
)
def test_an_edge_of_a_grid_is_said_to_be_one(where, gamma, edge):
    study = recorded({}, where=where, gamma=gamma)
    found = choices(study["tilts"]["arithmetic"])
    assert found["edge"].tolist() == [edge] * 5 and (found["accuracy"] == 0.6).all()
    (row,) = c4b.judge(study)
    assert ("the gamma is an edge of its grid on 5 of 5 seeds" in row.chosen) == ("gamma" in edge)
    assert ("the gate is an edge" in row.chosen) == ("gate" in edge)
    assert ("Gamma 0 was chosen on 5 of 5 RL seeds: replacement, no extrapolation." in row.note) == (gamma == 0)


def test_a_map_gives_gains_over_gamma_0_under_the_same_gate_and_over_rl():
    right = {("everywhere", 0.0): 50, ("everywhere", 1.0): 60, (GATES[0], 0.0): 70, (GATES[0], 1.0): 90}
    rows = [
        pd.DataFrame({"problem_id": np.arange(100), "correct": (np.arange(100) < n).astype(int)}).assign(
            where=where, gamma=gamma
        )
        for (where, gamma), n in right.items()
    ]
    table = common(pd.concat(rows), "map", 0, "judged", 1).assign(checkpoint="rl_010", temperature=1.0, top_p=0.7)
    found = map_of(table, draws=50).set_index(["where", "gamma"]).loc[(GATES[0], 1.0)]
    assert found["gain"] == pytest.approx(0.2) and found["gain_rl"] == pytest.approx(0.4)
    assert found["low"] < 0.2 < found["high"] and found["selected"] == pytest.approx(0.2)
