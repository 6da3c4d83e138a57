"""What gates promote: counts of single tokens that fit together."""

import pytest
import torch

from rlvr_direction.distributions import PairLogprobs
from rlvr_direction.lab.regime import DECIDING
from rlvr_direction.lab.studies import arms as arms_module
from rlvr_direction.lab.studies import gates, promoted
from rlvr_direction.scores import View

TASK = "pointer_tree"


@pytest.fixture(scope="module", autouse=True)
def few():
    """Thirty calibration problems."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arms_module, "CALIBRATION", 30)
        arms_module._calibration_scores.cache_clear()
        yield
    arms_module._calibration_scores.cache_clear()


def test_changes_and_ranks_are_those_of_the_replaced_tokens():
    table = promoted.count(TASK, DECIDING, 0, "delta_logp", 0.2, n=25)
    arm = gates.forward(TASK, DECIDING, 0, "delta_logp", 0.2)
    run = arms_module.run_arm(TASK, arm, n=25)
    assert table["problem_id"].tolist() == list(range(25))
    assert table["n_changed"].tolist() == run["n_changed"].tolist() and table["n_changed"].sum() > 0
    assert table["n_tokens"].tolist() == run["n_tokens"].tolist()
    assert (table["n_top_1"] <= table["n_top_5"]).all() and (table["n_top_5"] <= table["n_changed"]).all()
    assert (table["n_differ"] <= table["n_tokens"]).all()


def test_the_rank_counts_tokens_that_the_base_finds_likelier():
    base = torch.tensor([[0.5, 0.3, 0.2]]).log().expand(3, 3)
    view = View(PairLogprobs(base, base), PairLogprobs(base, base))
    assert promoted._rank_in_base(view, torch.tensor([0, 2, 1])).tolist() == [0, 2, 1]


def test_worded_counts_in_the_deciding_cell_alone(monkeypatch):
    monkeypatch.setattr(gates, "checkpoint", lambda *_: "rl_020")
    parts = promoted.plan("worded", seeds=5, n=500)
    assert {part.args[1] for part in parts} == {DECIDING} and len(parts) == 5 * 6
    assert len({part.args[1] for part in promoted.plan("arithmetic", seeds=5, n=500)}) == 4
