import math

import pytest
import torch

from rlvr_direction import sampling
from rlvr_direction.distributions import draw, inverse_cdf, log_softmax, truncate
from rlvr_direction.sampling import Sampling, likeliest

VOCABULARY = 9000
CUTS = [
    Sampling(top_p=0.7),
    Sampling(top_k=50),
    Sampling(top_k=3000, top_p=0.9),
    Sampling(min_p=0.05),
    Sampling(0.8, 0.95, 200, 0.02),
    Sampling(1.3, 0.2),
]


def logs(*p):
    return torch.tensor(p, dtype=torch.float64).log().float()


def policies(*scales, rows=3):
    """From nearly certain to nearly flat: the nucleus of the last holds thousands of tokens."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(len(scales), rows, VOCABULARY, generator=generator)
    return log_softmax(logits * torch.tensor(scales)[:, None, None])


def slowly(logp, cut):
    """The definition, token by token, in float64."""
    p = log_softmax(logp / cut.temperature).double().exp()
    order = sorted(range(len(p)), key=lambda token: (-p[token], token))
    kept = order[: cut.top_k or None]
    total = sum(p[token] for token in kept) if cut.top_k else 1.0
    mass, nucleus = 0.0, []
    for token in kept:
        if mass >= cut.top_p * total:
            break
        nucleus.append(token)
        mass += p[token].item()
    return {token for token in nucleus if p[token] >= cut.min_p * p[kept[0]]}


@pytest.mark.parametrize("cut", CUTS, ids=str)
@pytest.mark.parametrize("scale", [4.0, 0.5])
def test_what_is_kept_is_what_the_definition_keeps_and_is_renormalised(cut, scale):
    logp = policies(scale, rows=1)[0, 0]
    made = truncate(logp, cut)
    assert set(torch.isfinite(made).nonzero()[:, 0].tolist()) == slowly(logp, cut)
    assert made.double().exp().sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_a_draw_is_the_draw_from_the_truncated_policy(cut):
    logp = policies(4.0, 2.0, 0.5, rows=40)
    uniform = torch.rand(3, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert torch.equal(draw(logp, cut, uniform), inverse_cdf(truncate(logp, cut), uniform))


def test_each_cut_by_hand():
    p = logs(0.1, 0.4, 0.3, 0.2)
    kept = {
        Sampling(top_k=2): [1, 2],
        Sampling(min_p=0.49): [1, 2, 3],
        Sampling(min_p=0.6): [1, 2],
        Sampling(top_p=0.5): [1, 2],
        Sampling(top_k=3, top_p=0.75): [1, 2],  # .7 of the .9 that are left is more than .675
        Sampling(top_p=0.75): [1, 2, 3],
        Sampling(min_p=1.0): [1],
        Sampling(top_k=9): [0, 1, 2, 3],
    }
    for cut, tokens in kept.items():
        assert torch.isfinite(truncate(p, cut)).nonzero()[:, 0].tolist() == tokens, cut


@pytest.mark.parametrize("n_equal", [10, 100, 5000])
@pytest.mark.parametrize("cut", [Sampling(top_k=5), Sampling(top_p=0.3333)])
def test_of_equal_tokens_the_lower_ids_are_kept_however_many_there_are(n_equal, cut):
    equal = torch.randperm(VOCABULARY, generator=torch.Generator().manual_seed(2))[:n_equal]
    logp = torch.full((1, VOCABULARY), -math.inf)
    logp[0, equal] = -math.log(n_equal)
    n = 5 if cut.top_k else math.ceil(0.3333 * n_equal)
    kept = torch.isfinite(truncate(logp, cut))[0].nonzero()[:, 0]
    assert kept.tolist() == sorted(equal.tolist())[:n]


def test_few_candidates_are_put_in_order_unless_a_row_keeps_more(monkeypatch):
    logp = policies(6.0, 0.5, rows=1).view(2, VOCABULARY)
    found = list(likeliest(logp, Sampling(top_p=0.7)))
    assert [some.rows.tolist() for some in found] == [[0], [1]]
    assert [some.ids.shape[1] for some in found] == [64, VOCABULARY]
    monkeypatch.setattr(sampling, "CANDIDATES", ())
    assert [some.ids.shape[1] for some in likeliest(logp, Sampling(top_p=0.7))] == [VOCABULARY]


@pytest.mark.parametrize(
    "settings, seen",
    [
        ({"temperature": -0.1}, "temperature is -0.1"),
        ({"temperature": math.nan}, "temperature is nan"),
        ({"temperature": math.inf}, "temperature is inf"),
        ({"top_p": 0.0}, "top_p is 0"),
        ({"top_p": 1.01}, "top_p is 1.01"),
        ({"top_k": -1}, "top_k is -1"),
        ({"min_p": 1.5}, "min_p is 1.5"),
    ],
)
def test_impossible_sampling_is_refused(settings, seen):
    with pytest.raises(ValueError, match=seen):
        Sampling(**settings)
