import pytest
import torch

from rlvr_direction.distributions import PairLogprobs, log_softmax
from rlvr_direction.scores import SCORES, View
from rlvr_direction.scoring.fused import FUSED, fused, is_fused

N, VOCABULARY = 7, 120_000


def logits(*, apart=1.0, scale=3.0):
    generator = torch.Generator().manual_seed(0)
    base, change = (torch.randn(N, VOCABULARY, generator=generator) for _ in range(2))
    tokens = torch.randint(0, VOCABULARY, (N,), generator=generator)
    return scale * base, scale * base + apart * change, tokens


def one_by_one(base, rl, tokens):
    raw = PairLogprobs(log_softmax(base.double()), log_softmax(rl.double()))
    return {name: score(View(raw, raw), tokens) for name, score in FUSED.items()}


@pytest.mark.parametrize("apart, scale", [(1.0, 3.0), (0.01, 3.0), (0.0, 1.0), (40.0, 1.0), (3.0, 20.0)])
def test_every_score_is_that_of_its_own_function_in_float64(apart, scale):
    base, rl, tokens = logits(apart=apart, scale=scale)
    expected = one_by_one(base, rl, tokens)
    found = fused((base, rl), tokens, FUSED)
    assert list(found) == [*SCORES, "total_variation"]
    for name, values in expected.items():
        torch.testing.assert_close(found[name].double(), values, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("excluding", ["base", "rl", "both"])
def test_a_model_may_exclude_tokens(excluding):
    base, rl, tokens = logits()
    for name, column in (("base", base), ("rl", rl)):
        if excluding in (name, "both"):
            column[2, tokens[2]] = column[4, tokens[4] - 1] = -torch.inf
    expected = one_by_one(base, rl, tokens)
    found = fused((base.clone(), rl.clone()), tokens, FUSED)
    for name, values in expected.items():
        torch.testing.assert_close(found[name].double(), values, rtol=1e-5, atol=1e-5, equal_nan=True)


def test_what_is_fused_are_the_scores_of_the_package_under_their_names():
    assert is_fused(SCORES) and is_fused(FUSED)
    assert is_fused({"delta_logp": SCORES["delta_logp"]})
    assert not is_fused({"delta_logp": SCORES["logp_rl"]})
    assert not is_fused({**SCORES, "mine": lambda view, token: token.float()})
