"""The advantage of replacing a proposal, by continuations on a few problems."""

import numpy as np
import pytest

from rlvr_direction.distributions import Sampling
from rlvr_direction.interventions import Intervention
from rlvr_direction.lab.anatomy.advantages import COUNTS, advantages_at, draw_positions, score_proposals
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import load_toy_pair

TASK = TASKS["arithmetic"]
PROBLEMS = TASK.problems(8, seed=9)
GATE, SAMPLING = Intervention("delta_logp<=-0.3"), Sampling(top_p=0.7)


@pytest.fixture(scope="module")
def pair():
    return load_toy_pair("arithmetic", "rl_020")


@pytest.fixture(scope="module")
def positions(pair):
    return draw_positions(pair, TASK, PROBLEMS, GATE, SAMPLING, seed=1)


def test_positions_are_drawn_by_how_much_the_policies_differ(positions):
    assert (positions["chance"].to_numpy() >= np.float32(0.02)).all() and (positions["chance"] <= 1).all()
    assert (positions["chance"] == 1).mean() > 0.5
    assert [len(ids) for ids in positions["prefix_ids"]] == positions["position"].tolist()


def test_scores_are_of_the_proposal_and_counts_are_of_each_half(pair, positions):
    scores = score_proposals(pair, PROBLEMS, positions, SAMPLING)
    assert len(scores) == len(positions) and (scores["delta_logp"] <= -0.3).any()
    few = positions.head(6).reset_index(drop=True)
    counts = advantages_at(pair, TASK, PROBLEMS, few, GATE, SAMPLING, continuations=2, seed=3)
    assert list(counts.columns) == list(COUNTS) and counts.isin([0, 1, 2]).all().all()


def test_where_both_policies_agree_a_replacement_changes_nothing(pair, positions):
    greedy = Sampling(temperature=0.0)
    scores = score_proposals(pair, PROBLEMS, positions, greedy)
    agreed = positions[(scores["gap_to_rl_argmax"] == 0).to_numpy()].head(4).reset_index(drop=True)
    counts = advantages_at(pair, TASK, PROBLEMS, agreed, GATE, greedy, continuations=1, seed=3)
    assert len(agreed) and (counts["kept_1"] == counts["replaced_1"]).all()
