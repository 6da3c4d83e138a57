"""Extrapolation in weights: where it starts, and what is recorded beside logits."""

import pytest
import torch

from rlvr_direction.distributions import Sampling
from rlvr_direction.lab.studies import spaces
from rlvr_direction.lab.studies.spaces import beyond, plan
from rlvr_direction.lab.toys import load_toy_pair

TASK = "pointer_tree"


@pytest.mark.parametrize("task", ["arithmetic", "pointer_tree"])
def test_weights_go_from_the_base_through_rl_and_on(task):
    pair = load_toy_pair(task, "rl_010")
    before = [weight.clone() for weight in pair.rl.parameters()]
    for gamma, wanted in ((-1.0, pair.base), (0.0, pair.rl)):
        for moved, same in zip(beyond(pair.base, pair.rl, gamma).parameters(), wanted.parameters(), strict=True):
            torch.testing.assert_close(moved, same, rtol=0, atol=1e-6)
    further = beyond(pair.base, pair.rl, 1.0)
    for base, rl, moved in zip(pair.base.parameters(), pair.rl.parameters(), further.parameters(), strict=True):
        torch.testing.assert_close(moved, 2 * rl - base, rtol=0, atol=1e-6)
    assert all(torch.equal(a, b) for a, b in zip(before, pair.rl.parameters(), strict=True))


def test_a_part_holds_rl_and_both_spaces_at_every_gamma(monkeypatch):
    monkeypatch.setattr(spaces, "GAMMAS", (0.5,))
    monkeypatch.setattr(spaces, "SAMPLINGS", (Sampling(1.0, 0.7),))
    parts = plan(TASK, seeds=1, n=6)
    assert len(parts) == 4
    table = parts[0]()
    assert table.groupby("space")["gamma"].first().to_dict() == {"rl": 0.0, "logits": 0.5, "weights": 0.5}
    assert len(table) == 3 * 6 and set(table["checkpoint"]) == {"rl_010"}
