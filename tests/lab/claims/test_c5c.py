"""C5c: a gain on both rivals."""

import numpy as np
import pandas as pd
import pytest

from rlvr_direction.lab.claims import c5c
from rlvr_direction.lab.claims.reweighting import at_their_best


def runs(**gains):
    noise = np.random.default_rng(0).normal(scale=0.002, size=(len(gains), 30))
    rows = [
        (method, seed, rollout, accuracy + gain + noise[i, seed])
        for i, (method, gain) in enumerate(gains.items())
        for seed in range(30)
        for rollout, accuracy in ((0, 0.2), (60, 0.8))
    ]
    return pd.DataFrame(rows, columns=["method", "seed", "rollout", "accuracy"])


@pytest.mark.parametrize(("ppl", "wanted"), [(0.0, "reproduced"), (0.03, "not reproduced"), (0.05, "not reproduced")])
def test_one_rival_that_does_as_well_refutes_it(ppl, wanted):
    (row,) = c5c.judge({"weightings": {"arithmetic": runs(paper=0.03, Dominate=0.001, PPL=ppl)}})
    assert row.verdict == wanted and ("minus PPL" in row.text or ppl == 0.0)


def test_another_measure_and_fewer_seeds_can_be_asked_for():
    study = {"weightings": {"arithmetic": runs(paper=0.03, Dominate=0.0, PPL=0.0)}}
    usual, best, of_five = c5c.judge(study), c5c.judge(study, measure=at_their_best), c5c.judge(study, seeds=5)
    assert best[0].value == pytest.approx(usual[0].value) and of_five[0].value != usual[0].value
