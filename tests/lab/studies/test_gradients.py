"""The study of rare tokens' gradient: a part for the base and one for each RL seed."""

import pandas as pd
import pytest
import torch

from rlvr_direction.distributions import PairLogprobs
from rlvr_direction.lab.claims import c3b
from rlvr_direction.lab.studies.gradients import forced, plan
from rlvr_direction.scores import View


def test_what_is_forced_is_summed_over_the_policys_own_vocabulary():
    raw = PairLogprobs(torch.tensor([[0.6, 0.4, 0.0]]).log(), torch.tensor([[0.7, 0.25, 0.05]]).log())
    (base,), (rl,) = (forced(name, View(raw, raw), torch.zeros(1)).tolist() for name in ("base", "rl"))
    assert base == pytest.approx([0.48, 0, 0, 0.24], abs=1e-6)
    assert rl == pytest.approx([0.21 + 0.1875 + 0.0475, 0.0475, 0.235, 0.235], abs=1e-6)


def test_the_base_and_the_finished_stage_are_summed_problem_by_problem(monkeypatch):
    parts = plan("pointer_tree", seeds=2, n=6)
    assert [part.args for part in parts] == [
        ("pointer_tree", policy, seed, 6) for policy, seed in (("base", 0), ("rl", 0), ("rl", 1))
    ]
    start, end = (part() for part in parts[:2])
    for table in (start, end):
        assert table["problem_id"].tolist() == list(range(6)) and table["stage"].nunique() == 1
        assert (table["mass_0.1"] <= table["mass_0.5"]).all() and (table["forced_0.5"] <= table["forced"]).all()
    verdict, beside = c3b.judge({"gradients": {"pointer_tree": pd.concat([start, end])}})
    assert verdict.deciding and not beside.deciding


def test_runs_that_were_stopped_early_have_no_finished_stage():
    assert [part.args[1:3] for part in plan("worded", seeds=5, n=6)] == [("base", 0), ("rl", 0)]
