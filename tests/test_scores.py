import numpy as np
import pytest
import torch

from rlvr_direction.distributions import PairLogprobs
from rlvr_direction.scores import SCORES, View, of_all_tokens

BASE = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]])
RL = np.array([[0.1, 0.6, 0.3], [0.25, 0.7, 0.05]])
TOKEN = np.array([2, 0])
ROWS = np.arange(2)
MIDDLE = (BASE + RL) / 2
DELTA = np.log(RL / BASE)
DEFINITIONS = {
    "logp_base": np.log(BASE)[ROWS, TOKEN],
    "logp_rl": np.log(RL)[ROWS, TOKEN],
    "delta_logp": DELTA[ROWS, TOKEN],
    "abs_delta_logp": abs(DELTA)[ROWS, TOKEN],
    "gap_to_rl_argmax": np.log(RL.max(1) / RL[ROWS, TOKEN]),
    "entropy_base": -(BASE * np.log(BASE)).sum(1),
    "entropy_rl": -(RL * np.log(RL)).sum(1),
    "kl_base_rl": -(BASE * DELTA).sum(1),
    "kl_rl_base": (RL * DELTA).sum(1),
    "jensen_shannon": (BASE * np.log(BASE / MIDDLE) + RL * np.log(RL / MIDDLE)).sum(1) / 2,
}
POSITION_SCORES = {"entropy_base", "entropy_rl", "kl_base_rl", "kl_rl_base", "jensen_shannon"}


def logprobs(base, rl):
    return PairLogprobs(torch.tensor(base).log().float(), torch.tensor(rl).log().float())


@pytest.fixture
def view():
    return View(raw=logprobs(BASE, RL), sampled=logprobs(np.eye(3)[:2], np.eye(3)[:2]))


@pytest.mark.parametrize("name", SCORES)
def test_a_score_is_its_definition_on_the_raw_policies(view, name):
    np.testing.assert_allclose(SCORES[name](view, torch.from_numpy(TOKEN)), DEFINITIONS[name], atol=1e-6)


@pytest.mark.parametrize("name", SCORES)
def test_only_the_scores_of_a_token_depend_on_the_token(view, name):
    values = torch.stack([SCORES[name](view, torch.full((2,), token)) for token in range(3)])
    assert torch.equal(values, values[:1].expand(3, 2)) == (name in POSITION_SCORES)


@pytest.mark.parametrize("name", SCORES)
def test_a_score_of_all_tokens_is_the_score_of_each(view, name):
    table = of_all_tokens(SCORES[name], view)
    for token in range(3):
        torch.testing.assert_close(table[..., token], SCORES[name](view, torch.full((2,), token)), equal_nan=True)


def test_a_function_of_ones_own_is_asked_token_by_token(view):
    table = of_all_tokens(lambda view, token: token * 2.0, view)
    assert table.tolist() == [[0.0, 2.0, 4.0]] * 2
