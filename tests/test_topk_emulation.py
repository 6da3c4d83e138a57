"""What the released code computes from lists of likely tokens: by hand, in the limit, and which way it errs."""

import numpy as np
import pytest
import torch

from rlvr_direction import Sampling, decode, load_toy_pair
from rlvr_direction.distributions import PairLogprobs, extrapolate, kl
from rlvr_direction.interventions import Criterion, Intervention
from rlvr_direction.scores import SCORES, View
from rlvr_direction.topk_emulation import topk_policy, topk_scores, topk_scores_together

BASE, RL = np.array([0.5, 0.3, 0.15, 0.05]), np.array([0.4, 0.45, 0.14, 0.01])  # both lists of two hold tokens 0 and 1
VOCABULARY = 12


def view_of(base, rl, proposer="base"):
    raw = PairLogprobs(*(torch.tensor(p).log().float() for p in (base, rl)))
    return View(raw, raw, proposer)


def random_view(proposer="base", rows=200):
    logits = torch.randn(2, rows, VOCABULARY, generator=torch.Generator().manual_seed(0)) * 3
    raw = PairLogprobs(*torch.log_softmax(logits, -1))
    return View(raw, raw, proposer), torch.arange(rows) % VOCABULARY


def kl_of(p, q):
    p, q = np.array(p) / sum(p), np.array(q) / sum(q)
    return (p * np.log(p / q)).sum()


def entropy_of(p):
    p = np.array(p) / sum(p)
    return -(p * np.log(p)).sum()


BASE_RL, RL_BASE = kl_of([0.5, 0.3, 0.05], [0.4, 0.45, 0.4]), kl_of([0.4, 0.45], [0.5, 0.3])
BY_HAND = {  # the base proposes token 3: its list is 0, 1 and 3; RL's list is 0 and 1, and ends at 0.4
    "logp_base": np.log(0.05),
    "logp_rl": np.log(0.4),
    "delta_logp": np.log(0.4 / 0.05),
    "abs_delta_logp": np.log(0.4 / 0.05),
    "gap_to_rl_argmax": np.log(0.45 / 0.4),
    "entropy_base": entropy_of([0.5, 0.3, 0.05]),
    "entropy_rl": entropy_of([0.4, 0.45]),
    "kl_base_rl": BASE_RL,
    "kl_rl_base": RL_BASE,
    "jensen_shannon": (BASE_RL + RL_BASE) / 2,
}


@pytest.mark.parametrize("name", SCORES)
def test_a_token_outside_both_lists_by_hand(name):
    assert topk_scores(2)[name](view_of(BASE, RL), torch.tensor(3)).item() == pytest.approx(BY_HAND[name], abs=1e-6)


def test_so_what_rl_made_five_times_rarer_seems_eight_times_as_likely():
    view, rare = view_of(BASE, RL), torch.tensor(3)
    assert SCORES["delta_logp"](view, rare).exp().item() == pytest.approx(1 / 5, abs=1e-6)
    assert topk_scores(2)["delta_logp"](view, rare).exp().item() == pytest.approx(8, abs=1e-5)


def test_a_token_that_the_writer_lists_is_padded_for_the_other_model_only():
    base, rl = [0.5, 0.3, 0.15, 0.05], [0.1, 0.2, 0.3, 0.4]
    found = {
        writer: topk_scores(2)["delta_logp"](view_of(base, rl, writer), torch.tensor(0)) for writer in ("base", "rl")
    }
    assert found["base"].exp().item() == pytest.approx(0.3 / 0.5, abs=1e-6)  # RL's list is 3 and 2
    assert found["rl"].exp().item() == pytest.approx(0.1 / 0.5, abs=1e-6)  # RL proposed it: its list has it


def test_the_two_models_change_places_with_the_proposer():
    view, token = random_view()
    swapped = View(PairLogprobs(view.raw.rl, view.raw.base), view.sampled, "rl")
    scores = topk_scores(4)
    for one, other in (("kl_base_rl", "kl_rl_base"), ("entropy_base", "entropy_rl"), ("logp_base", "logp_rl")):
        assert torch.equal(scores[one](view, token), scores[other](swapped, token))
    torch.testing.assert_close(scores["delta_logp"](view, token), -scores["delta_logp"](swapped, token))


@pytest.mark.parametrize("k", [VOCABULARY, 50])
@pytest.mark.parametrize("proposer", ["base", "rl"])
@pytest.mark.parametrize("name", SCORES)
def test_lists_of_the_whole_vocabulary_give_the_exact_score_or_half_the_jeffreys_divergence(name, proposer, k):
    view, token = random_view(proposer)
    jeffreys = kl(view.raw.base, view.raw.rl) + kl(view.raw.rl, view.raw.base)
    wanted = jeffreys / 2 if name == "jensen_shannon" else SCORES[name](view, token)
    torch.testing.assert_close(topk_scores(k)[name](view, token), wanted, atol=2e-6, rtol=1e-5)


def test_a_token_of_probability_zero_stays_so_if_it_is_listed():
    view = view_of([0.5, 0.3, 0.2], [0.5, 0.5, 0.0])
    assert topk_scores(3)["logp_rl"](view, torch.tensor(2)).item() == -np.inf
    assert topk_scores(2)["logp_rl"](view, torch.tensor(2)).exp().item() == pytest.approx(0.5)


@pytest.mark.parametrize("k", [1, 3, 6, 9])
def test_padding_only_raises_the_delta_logp_of_what_the_base_proposed_and_lowers_that_of_rl(k):
    for proposer, sign in (("base", 1), ("rl", -1)):
        view, token = random_view(proposer)
        bias = sign * (topk_scores(k)["delta_logp"](view, token) - SCORES["delta_logp"](view, token))
        assert bias.min() >= 0 and bias.max() > 0
        own = f"logp_{proposer}"
        assert torch.equal(topk_scores(k)[own](view, token), SCORES[own](view, token))


@pytest.mark.parametrize("k", [2, 5])
def test_a_gate_on_delta_logp_misses_tokens_and_never_adds_one(k):
    view, token = random_view()
    scores, unused = (topk_scores(k)["delta_logp"], "delta_logp"), torch.zeros(len(token))
    fires, would = (Criterion(score, "<=", -0.3)(view, token, unused) for score in scores)
    assert not (fires & ~would).any() and (would & ~fires).any()


def test_no_gate_fires_on_a_proposal_below_the_end_of_the_list_of_rl():
    view, token = random_view()
    below = view.raw.base.gather(-1, token[:, None])[:, 0] < view.raw.rl.topk(4).values[:, -1]
    missing = (view.raw.rl.topk(4).indices != token[:, None]).all(-1)
    fires = Criterion(topk_scores(4)["delta_logp"], "<=", 0.0)(view, token, torch.zeros(len(token)))
    assert (below & missing).any() and not fires[below & missing].any()


def test_a_criterion_on_the_released_codes_score_gates_decoding():
    pair = load_toy_pair("arithmetic")
    prompts = [pair.encode_prompt(f"Q:{a}+5*3-4\n") for a in range(2, 8)]

    def decoded(score):
        gate = Intervention(Criterion(score, "<=", -0.3))
        return decode(pair, prompts, gate, Sampling(), seed=0, max_new_tokens=24, batch_size=6)

    exact, whole, short = decoded("delta_logp"), *(decoded(topk_scores(k)["delta_logp"]) for k in (22, 1))
    assert torch.equal(exact.token_ids, whole.token_ids) and exact.selected.any()
    assert not torch.equal(exact.selected, short.selected)


def test_only_what_the_proposer_lists_can_be_drawn():
    drawn = topk_policy(view_of([0.6, 0.25, 0.1, 0.05], [0.1, 0.2, 0.3, 0.4]), torch.tensor(0), k=2, gamma=0.0).exp()
    assert drawn.tolist() == pytest.approx([0.5, 0.5, 0, 0], abs=1e-6)  # RL's list is 3 and 2: both others get 0.3
    with_own = topk_policy(view_of([0.6, 0.25, 0.1, 0.05], [0.1, 0.2, 0.3, 0.4]), torch.tensor(3), k=2, gamma=0.0).exp()
    assert with_own.tolist() == pytest.approx([0.3, 0.3, 0, 0.4], abs=1e-6)


@pytest.mark.parametrize("gamma", [-1.0, 0.0, 0.5, 2.0])
@pytest.mark.parametrize("proposer", ["base", "rl"])
def test_what_is_drawn_is_pi_gamma_once_the_lists_are_whole_and_always_sums_to_one(gamma, proposer):
    view, token = random_view(proposer)
    whole, short = (topk_policy(view, token, k=k, gamma=gamma) for k in (VOCABULARY, 3))
    torch.testing.assert_close(whole, extrapolate(view.raw, gamma), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(short.exp().sum(-1), torch.ones(len(token)))
    assert set((short > -torch.inf).sum(-1).tolist()) == {3, 4}


def test_extrapolation_by_hand_is_one_of_padded_lists():
    drawn = topk_policy(view_of(BASE, RL), torch.tensor(3), k=2, gamma=1.0).exp().numpy()
    weights = np.array([0.4**2 / 0.5, 0.45**2 / 0.3, 0, 0.4**2 / 0.05])  # RL's 0.01 is taken for 0.4
    assert drawn == pytest.approx(weights / weights.sum(), abs=1e-6)


def test_a_score_says_which_it_is():
    assert str(topk_scores(50)["delta_logp"]) == "top_50(delta_logp)"
    assert list(topk_scores(50)) == list(SCORES)


@pytest.mark.parametrize("proposer", ["base", "rl"])
def test_all_scores_at_once_are_the_scores_one_by_one_in_their_order(proposer):
    view, token = random_view(proposer)
    found = topk_scores_together(3)(view, token)
    assert torch.equal(found, torch.stack([score(view, token) for score in topk_scores(3).values()], -1))


def test_an_empty_list_is_refused():
    for make in (topk_scores, topk_scores_together):
        with pytest.raises(ValueError, match="k is 0"):
            make(0)
    with pytest.raises(ValueError, match="at least 1"):
        topk_policy(*random_view(), k=-1, gamma=0.0)
