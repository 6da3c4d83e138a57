"""Weightings by hand on a few tokens, what they need to know, and what is refused."""

import doctest
from dataclasses import replace

import pytest
import torch

from rlvr_direction import reweighting as w
from rlvr_direction.reweighting import Rollout, weightings

P = torch.tensor([[0.5, 0.9, 0.1], [0.2, 1.0, 0.4]])
MASK = torch.tensor([[1, 1, 1], [1, 1, 0]])
ROLLOUT = Rollout(P.log(), MASK, torch.tensor([1.0, -1.0]), group_size=2)


def close(weights, expected):
    torch.testing.assert_close(weights, torch.tensor(expected), atol=1e-6, rtol=0)


def test_uniform_is_exactly_one():
    assert torch.equal(w.uniform(ROLLOUT), torch.ones(2, 3))


def test_the_papers_weight_favours_rare_tokens():
    close(w.low_probability(0.2)(ROLLOUT), [[1.1, 1.02, 1.18], [1.16, 1.0, 1.12]])


def test_dominate_favours_frequent_tokens():
    close(w.high_probability(0.3)(ROLLOUT), [[0.85, 0.97, 0.73], [0.76, 1.0, 0.82]])


def test_perplexity_is_one_weight_per_response_standardised_in_its_group():
    weights = w.perplexity(0.1)(ROLLOUT)
    assert (weights == weights[:, :1]).all()
    z = 0.5**0.5  # of two values, each is this many (sample) standard deviations from their mean
    assert -P[0].log().mean() > -P[1, :2].log().mean()
    assert weights[:, 0].tolist() == pytest.approx([1 - 0.1 * z, 1 + 0.1 * z], abs=1e-4)


def test_perplexity_never_reverses_an_advantage():
    surprising = torch.full((8, 2), -0.1)
    surprising[0] = -5.0
    rollout = Rollout(surprising, torch.ones(8, 2), torch.ones(8), group_size=8)
    assert w.perplexity(0.8)(rollout).min() == 0


def test_a_group_of_one_has_no_perplexity_to_compare():
    assert torch.equal(w.perplexity(0.5)(replace(ROLLOUT, group_size=1)), torch.ones(2, 3))


def test_a_response_without_tokens_counts_for_nothing_in_its_group():
    logp, mask = torch.tensor([[-1.0], [-2.0], [-3.0], [-9.0]]), torch.tensor([[1], [1], [1], [0]])
    three = w.perplexity(0.2)(Rollout(logp[:3], mask[:3], torch.ones(3), group_size=3))
    four = w.perplexity(0.2)(Rollout(logp, mask, torch.ones(4), group_size=4))
    torch.testing.assert_close(four[:3], three)
    assert three[:, 0].tolist() == pytest.approx([1.2, 1.0, 0.8], abs=1e-4)
    assert four[3] == 1 and (w.perplexity(0.2)(Rollout(logp, 0 * mask, torch.ones(4), group_size=4)) == 1).all()


def test_masks_keep_one_side_of_a_quantile_of_all_tokens():
    close(w.keep_below(0.5)(ROLLOUT) * MASK, [[1.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    close(w.keep_above(0.5)(ROLLOUT) * MASK, [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    for everything in (w.keep_below(1.0), w.keep_above(0.0), w.keep_below(0.0)):
        assert everything(ROLLOUT)[MASK.bool()].unique().numel() == 1


def test_the_most_uncertain_tokens_are_kept():
    rollout = replace(ROLLOUT, entropy=torch.tensor([[3.0, 1.0, 2.0], [0.0, 4.0, 9.0]]))
    close(w.entropy_top(0.4)(rollout) * MASK, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


ENTROPY = torch.tensor([[0.2, 0.1, 0.4], [0.1, 0.2, 9.0]])  # a mean of .2 over the five tokens


def test_stare_amplifies_the_least_likely_tokens_of_positive_advantage():
    """ceil(.4 x 3) = 2 of three tokens: those of probability .1 and .5."""
    rollout = replace(ROLLOUT, entropy=ENTROPY)
    close(w.surprisal_top(0.4)(rollout), [[1.1, 1.0, 1.1], [1.0, 1.0, 1.0]])
    close(w.surprisal_top(0.1, amplify=2.0)(rollout), [[1.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    close(w.surprisal_top(0.0)(rollout), [[1.0] * 3] * 2)


def test_stare_of_two_sides_attenuates_those_of_negative_advantage():
    """One of two tokens: the third is after the end of its response."""
    both = w.surprisal_top(0.1, attenuate=0.9)
    close(both(replace(ROLLOUT, entropy=ENTROPY)), [[1.0, 1.0, 1.1], [0.9, 1.0, 1.0]])
    close(both(replace(ROLLOUT, entropy=ENTROPY, advantages=torch.tensor([0.0, -2.0]))), [[1.0] * 3, [0.9, 1.0, 1.0]])


@pytest.mark.parametrize(("target", "active"), [(0.19, False), (0.21, True)])
def test_stare_rests_while_the_mean_entropy_is_at_its_target(target, active):
    weights = w.surprisal_top(target_entropy=target)(replace(ROLLOUT, entropy=ENTROPY))
    assert (weights.max() > 1) == active and (active or torch.equal(weights, torch.ones(2, 3)))
    level = replace(ROLLOUT, entropy=torch.full((2, 3), 0.25))
    assert torch.equal(w.surprisal_top(target_entropy=0.25)(level), torch.ones(2, 3))


def test_divergence_grows_with_the_distance_from_the_reference():
    rollout = replace(ROLLOUT, logp_reference=ROLLOUT.logp_old + torch.tensor([[0.0, 1.0, -1.0], [9.0, 0.0, 0.0]]))
    far = 1 - torch.tensor([[0.0, 1.0, 1.0], [9.0, 0.0, 0.0]]).neg().exp()
    torch.testing.assert_close(w.divergence(0.5)(rollout), 1 + 0.5 * far)
    torch.testing.assert_close(w.divergence(0.5, high=False)(rollout), 1.5 - 0.5 * far)


def test_one_sign_of_the_advantage_alone():
    both = w.low_probability(0.2)(ROLLOUT)
    close(w.positive_only(w.low_probability(0.2))(ROLLOUT), [both[0].tolist(), [1.0] * 3])
    close(w.negative_only(w.low_probability(0.2))(ROLLOUT), [[1.0] * 3, both[1].tolist()])


def test_mean_one_keeps_the_proportions_and_nothing_of_the_scale():
    weights, both = w.mean_one(w.low_probability(5.0))(ROLLOUT), w.low_probability(5.0)(ROLLOUT)
    assert (weights * MASK).sum() / MASK.sum() == pytest.approx(1)
    torch.testing.assert_close(weights / both, (weights / both)[:1, :1].expand(2, 3))
    assert torch.equal(w.mean_one(lambda rollout: torch.zeros(2, 3))(ROLLOUT), torch.zeros(2, 3))


def test_over_processes_statistics_are_of_all_tokens():
    """Two processes with one row each; `gather` returns what communication between them would."""
    for weighting in (
        *(w.perplexity(0.3), w.keep_below(0.5), w.keep_above(0.5), w.mean_one(w.low_probability(2.0))),
        w.surprisal_top(0.5, attenuate=0.5, target_entropy=0.21),
    ):
        known = replace(ROLLOUT, entropy=ENTROPY)
        whole = weighting(known)
        for rank in (0, 1):
            answers = iter(_gathered(weighting, known))
            own = slice(rank, rank + 1)
            rows = {"logp_old": P.log()[own], "mask": MASK[own], "advantages": known.advantages[own]}
            part = Rollout(**rows, group_size=2, gather=lambda _, a=answers: next(a), rank=rank, entropy=ENTROPY[own])
            torch.testing.assert_close(weighting(part), whole[own])


def _gathered(weighting, known):
    """What a single process gathers of the whole rollout, in order."""
    seen = []
    weighting(replace(known, gather=lambda rows: seen.append(rows) or rows))
    return seen


@pytest.mark.parametrize(
    "make",
    [w.low_probability, w.perplexity, w.divergence, w.high_probability, w.keep_below, w.entropy_top, w.surprisal_top],
)
@pytest.mark.parametrize("value", [-0.1, float("nan")])
def test_a_strength_below_zero_is_refused(make, value):
    with pytest.raises(ValueError, match=f"(alpha|fraction|quantile) is {value}; expected"):
        make(value)


@pytest.mark.parametrize("name", ["amplify", "attenuate", "target_entropy"])
def test_stare_refuses_negative_numbers(name):
    with pytest.raises(ValueError, match=f"{name} is -1.0; expected"):
        w.surprisal_top(**{name: -1.0})


@pytest.mark.parametrize("make", [w.high_probability, w.keep_above, w.entropy_top, w.surprisal_top])
def test_a_share_above_one_is_refused(make):
    with pytest.raises(ValueError, match=r"is 1\.5; expected a number from 0 to 1"):
        make(1.5)


def test_examples_in_docstrings_are_true():
    found = doctest.testmod(weightings)
    assert found.attempted >= 4 and not found.failed
