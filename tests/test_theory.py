"""Exact statements: checked by hand, by enumeration, and against the sampler."""

import functools

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from rlvr_direction.decoding import decode, end_ids, indexed_noise, run
from rlvr_direction.distributions import PairLogprobs, Sampling, truncate
from rlvr_direction.interventions import EVERYWHERE, NOWHERE, Intervention, parse
from rlvr_direction.scores import SCORES, View
from rlvr_direction.theory import (
    advantages,
    expected_reward,
    logit_gradient_norm,
    mixed_policy,
    natural_policy_gradient,
    objective_weight,
    response_probabilities,
    response_tilt,
    speculate,
    speculative,
    tilt,
    whole_response_gradient,
)

PLAIN = Sampling()
CRITERIA = [
    *("delta_logp<=-0.3", "entropy_base>=1.5", "entropy_rl>=1.5", "kl_rl_base>=0.2", "kl_base_rl>=0.2"),
    *("jensen_shannon>=0.05", "abs_delta_logp>=0.4", "logp_base<=-1.5", "logp_rl<=-2.0", "gap_to_rl_argmax>=1.0"),
    *("mass(delta_logp<=-0.3)>=0.3", "random:0.3", "random:mass(delta_logp<=-0.3)", "everywhere", "nowhere"),
]


@torch.inference_mode()
def two_token_responses(pair, prompt, intervention, ends, propose):
    """Every response of at most two tokens with its exact probability; one token where it ended there."""
    probability = {(): 1.0}
    for _ in range(2):
        open_ = {ids: p for ids, p in probability.items() if not ids or ids[-1] not in ends}
        probability = {ids: p for ids, p in probability.items() if ids not in open_}
        texts = torch.tensor([[*prompt, *ids] for ids in open_])
        raw = PairLogprobs(*(torch.log_softmax(model(texts).logits[:, -1].float(), -1) for model in pair.models))
        policies = mixed_policy(View(raw, raw, propose), intervention, PLAIN).policy.tolist()
        for (ids, p), policy in zip(open_.items(), policies, strict=True):
            probability |= {(*ids, token): p * q for token, q in enumerate(policy)}
    return probability


def three_tokens(proposer="base", sampling=PLAIN):
    raw = PairLogprobs(torch.tensor([0.6, 0.3, 0.1]).log(), torch.tensor([0.2, 0.3, 0.5]).log())
    return View(raw, PairLogprobs(*(truncate(logp, sampling) for logp in raw)), proposer)


def test_the_closed_form_by_hand_on_three_tokens():
    mixed = mixed_policy(three_tokens(), Intervention(parse("delta_logp<=-0.3")), PLAIN)
    assert mixed.policy.tolist() == pytest.approx([0.12, 0.3 + 0.18, 0.1 + 0.3])
    assert mixed.selected.item() == pytest.approx(0.6) and mixed.changed.item() == pytest.approx(0.6 - 0.6 * 0.2)


@pytest.mark.parametrize("sampling", [PLAIN, Sampling(0.7, 0.8)])
@pytest.mark.parametrize("text", CRITERIA)
def test_a_mixed_policy_is_a_policy(text, sampling):
    mixed = mixed_policy(three_tokens(sampling=sampling), Intervention(parse(text), 0.5), sampling)
    assert mixed.policy.sum().item() == pytest.approx(1) and (mixed.policy >= 0).all()
    assert -1e-6 <= mixed.changed.item() <= mixed.selected.item() + 1e-6 <= 1 + 2e-6


def test_everywhere_is_the_policy_that_acts_and_nowhere_the_one_that_proposes():
    view = three_tokens("rl")
    for where, gamma, wanted in ((EVERYWHERE, -1.0, view.raw.base), (EVERYWHERE, 0.0, view.raw.rl)):
        assert torch.allclose(mixed_policy(view, Intervention(where, gamma), PLAIN).policy, wanted.double().exp())
    assert torch.allclose(mixed_policy(view, Intervention(NOWHERE), PLAIN).policy, view.raw.rl.double().exp())


@pytest.fixture(scope="module", autouse=True)
def same_noise_once():
    """Twenty thousand rows of noise are drawn once, not for each criterion."""
    with pytest.MonkeyPatch.context() as patch:
        drawn = functools.cache(lambda n, length, seed: indexed_noise([0] * n, range(n), length, seed=seed))
        patch.setattr(run, "indexed_noise", lambda _, samples, length, seed: drawn(len(samples), length, seed))
        yield


def sampled(pair, prompt, where, gamma, propose):
    n = 20_000
    return decode(
        pair,
        [list(prompt)] * n,
        Intervention(parse(where), gamma),
        PLAIN,
        seed=11,
        problem_ids=[0] * n,
        sample_ids=range(n),
        propose=propose,
        max_new_tokens=2,
        batch_size=20_000,
        block=2,
    )


def enumerated(pair, prompt, intervention, propose):
    """The exact probability of every first token and, for each of them, of every second one."""

    def step(prefixes):
        logits = [model(torch.tensor(prefixes)).logits[:, -1].float() for model in pair.models]
        raw = PairLogprobs(*(row.log_softmax(-1) for row in logits))
        return mixed_policy(View(raw, raw, propose), intervention, PLAIN).policy

    with torch.inference_mode():
        first = step([list(prompt)])[0]
        second = step([[*prompt, token] for token in range(pair.vocab_size)])
    for end in end_ids(pair).tolist():
        second[end] = torch.eye(pair.vocab_size, dtype=second.dtype)[pair.pad_id]  # what stands after an end
    return first.unsqueeze(1) * second


@pytest.mark.parametrize("gamma", [-1.0, 0.0, 0.5, 2.0])
@pytest.mark.parametrize("text", CRITERIA)
def test_the_sampler_agrees_with_the_enumeration_of_all_responses(load_pair, text, gamma):
    pair = load_pair("llama")
    prompt = tuple(pair.encode_prompt("1+2="))
    propose = "rl" if gamma == -1 else "base"
    ends = end_ids(pair).tolist()
    exact = two_token_responses(pair, prompt, Intervention(parse(text), gamma), ends, propose)
    assert sum(exact.values()) == pytest.approx(1, abs=1e-6)

    def right(ids):
        return ids[0] % 3 == 0 and [*ids, pair.pad_id][1] % 2 == 0

    truth = sum(p for ids, p in exact.items() if right(ids))
    drawn = sampled(pair, prompt, text, gamma, propose)
    found = np.mean([right(ids) for ids in drawn.token_ids.tolist()])
    assert abs(found - truth) < 4 * (truth * (1 - truth) / 20_000) ** 0.5


def test_the_enumeration_names_every_score():
    assert {name for name in SCORES if any(name in text for text in CRITERIA)} == set(SCORES)


def random_tree(rng, depth, actions, binary):
    policy = [rng.dirichlet(np.ones(actions), size=actions**d) for d in range(depth)]
    leaves = actions**depth
    return policy, rng.integers(0, 2, leaves).astype(float) if binary else rng.normal(size=leaves)


def test_the_expected_reward_is_the_sum_over_leaves():
    policy, reward = random_tree(np.random.default_rng(0), 3, 2, binary=False)
    total = 0.0
    for leaf in range(8):
        a, b, c = leaf >> 2, (leaf >> 1) & 1, leaf & 1
        total += policy[0][0, a] * policy[1][a, b] * policy[2][2 * a + b, c] * reward[leaf]
    assert expected_reward(policy, reward) == pytest.approx(total)


def test_advantages_average_to_zero_under_the_policy():
    policy, reward = random_tree(np.random.default_rng(1), 3, 3, binary=False)
    for p, a in zip(policy, advantages(policy, reward), strict=True):
        np.testing.assert_allclose((p * a).sum(1), 0, atol=1e-12)


def test_for_whole_responses_extrapolating_is_running_the_gradient_longer():
    (base,), reward = random_tree(np.random.default_rng(2), 1, 6, binary=False)
    rl = natural_policy_gradient([base], reward, rate=0.3, steps=4)
    longer = natural_policy_gradient([base], reward, rate=0.3, steps=6)
    np.testing.assert_allclose(tilt([base], rl, 0.5)[0], longer[0], rtol=1e-9)


def test_for_whole_responses_more_gamma_never_costs():
    for seed in range(50):
        policy, reward = random_tree(np.random.default_rng(seed), 1, 8, binary=seed % 2 == 0)
        rl = natural_policy_gradient(policy, reward, rate=0.5, steps=3)
        gained = [expected_reward(tilt(policy, rl, gamma), reward) for gamma in (-1.0, 0.0, 0.1, 0.5, 2.0, 10.0)]
        assert (np.diff(gained) >= -1e-12).all()


def test_with_states_for_tokens_there_are_trees_where_any_small_gamma_costs():
    worse = 0
    for seed in range(300):
        policy, reward = random_tree(np.random.default_rng(seed), 3, 2, binary=False)
        rl = natural_policy_gradient(policy, reward, rate=1.0, steps=3)
        worse += expected_reward(tilt(policy, rl, 0.05), reward) < expected_reward(rl, reward) - 1e-9
    assert 0 < worse < 100


def test_natural_gradient_raises_the_reward():
    policy, reward = random_tree(np.random.default_rng(3), 3, 3, binary=True)
    rewards = [expected_reward(natural_policy_gradient(policy, reward, rate=0.5, steps=n), reward) for n in range(6)]
    assert (np.diff(rewards) > 0).all()


def limit_error(policy, reward, steps):
    """The largest error in a whole response's probability, of per-token gradient over a time of 2 in so many steps."""
    trained = natural_policy_gradient(policy, reward, rate=2 / steps, steps=steps)
    return abs(response_probabilities(trained) - whole_response_gradient(policy, reward, time=2.0)).max()


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (3, 3)])
def test_per_token_gradient_tends_to_whole_response_gradient_as_its_steps_shrink(shape, binary):
    found = []
    for seed in range(6):
        policy, reward = random_tree(np.random.default_rng(seed), *shape, binary=binary)
        found.append([limit_error(policy, reward, steps) for steps in (100, 1000, 2000)])
    of_several_decisions = [errors for errors in found if errors[0] > 1e-9]  # a single one is exact at any step
    assert len(of_several_decisions) >= 3
    for coarse, fine, finest in of_several_decisions:
        assert finest < 2e-3 and coarse / fine == pytest.approx(10, rel=0.2)
        assert fine / finest == pytest.approx(2, rel=0.05)


def test_the_advantages_along_a_response_add_up_to_its_reward_less_the_roots_value():
    policy, reward = random_tree(np.random.default_rng(4), 3, 3, binary=False)
    total = np.zeros(1)
    for a in advantages(policy, reward):
        total = (total[:, None] + a).ravel()
    np.testing.assert_allclose(total, reward - expected_reward(policy, reward), atol=1e-12)


def test_a_responses_probability_is_the_product_of_its_tokens():
    policy, _ = random_tree(np.random.default_rng(5), 2, 3, binary=True)
    found = response_probabilities(policy)
    assert found.sum() == pytest.approx(1) and found[5] == pytest.approx(policy[0][0, 1] * policy[1][1, 2])


def test_the_tilt_of_tokens_is_that_of_responses_divided_by_every_states_sum():
    rng = np.random.default_rng(6)
    (base, _), (rl, _) = (random_tree(rng, 2, 3, binary=True) for _ in "br")
    sums = [(r**1.5 / b**0.5).sum(1) for b, r in zip(base, rl, strict=True)]
    local = response_probabilities(tilt(base, rl, 0.5)) * sums[0][0] * np.repeat(sums[1], 3)
    np.testing.assert_allclose(local / local.sum(), response_tilt(base, rl, 0.5), rtol=1e-12)
    depth_one = tilt(base[:1], rl[:1], 0.5)[0][0]
    np.testing.assert_allclose(response_tilt(base[:1], rl[:1], 0.5), depth_one)


@pytest.mark.parametrize("binary", [True, False])
def test_after_exact_gradient_the_tilt_of_responses_never_costs_and_is_more_training(binary):
    for seed in range(20):
        policy, reward = random_tree(np.random.default_rng(seed), 3, 2, binary=binary)
        rl = natural_policy_gradient(policy, reward, rate=0.001, steps=1000)
        gained = [response_tilt(policy, rl, gamma) @ reward for gamma in (-1.0, 0.0, 0.1, 0.5, 2.0)]
        assert (np.diff(gained) >= -1e-9).all()
        longer = whole_response_gradient(policy, reward, time=1.5)
        np.testing.assert_allclose(response_tilt(policy, rl, 0.5), longer, atol=2e-3)


def test_after_exact_gradient_the_tilt_of_tokens_can_still_cost():
    change = []
    for seed in range(300):
        policy, reward = random_tree(np.random.default_rng(seed), 3, 2, binary=False)
        rl = natural_policy_gradient(policy, reward, rate=0.03, steps=100)
        change.append(expected_reward(tilt(policy, rl, 0.05), reward) - expected_reward(rl, reward))
        assert response_tilt(policy, rl, 0.05) @ reward >= expected_reward(rl, reward) - 1e-9
    assert 0 < sum(np.array(change) < -1e-9) < 100


def dapo_objective(logits, token, logp_old, advantage, *, temperature):
    """The mean over tokens of DAPO's clipped surrogate, written out (paper, section 2)."""
    logp = torch.log_softmax(logits / temperature, -1).gather(-1, token[..., None])[..., 0]
    ratio = (logp - logp_old).exp()
    surrogate = torch.minimum(ratio.clamp(max=10.0) * advantage, ratio.clamp(0.8, 1.28) * advantage)
    return surrogate.mean(), ratio.detach(), logp.detach()


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_lemma_gives_every_tokens_gradient_and_clipped_tokens_have_none(temperature):
    generator = torch.Generator().manual_seed(0)
    logits = (4 * torch.randn(400, 11, generator=generator, dtype=torch.float64)).requires_grad_()
    token = torch.randint(11, (400,), generator=generator)
    advantage = torch.randn(400, generator=generator, dtype=torch.float64)
    drift = 0.6 * torch.randn(400, generator=generator, dtype=torch.float64)
    drift[:8] = -3.0  # ratios of 20: above the dual clip
    logp = torch.log_softmax(logits.detach() / temperature, -1).gather(-1, token[:, None])[:, 0]
    objective, ratio, logp = dapo_objective(logits, token, logp + drift, advantage, temperature=temperature)
    (gradient,) = torch.autograd.grad(objective, logits)
    weight = objective_weight(ratio, advantage, n_tokens=400)
    norm = logit_gradient_norm(weight, logp, temperature=temperature)
    clipped = weight == 0
    assert 20 < clipped.sum() < 300 and (gradient[clipped] == 0).all() and (norm[clipped] == 0).all()
    torch.testing.assert_close(norm[~clipped], gradient[~clipped].abs().sum(-1), rtol=1e-9, atol=1e-12)


def test_speculative_sampling_by_hand_on_three_tokens():
    draft, target = torch.tensor([0.6, 0.3, 0.1]), torch.tensor([0.12, 0.48, 0.4])
    found = speculative(draft, target)
    assert found.accepted.item() == pytest.approx(0.12 + 0.3 + 0.1)
    assert found.policy.tolist() == pytest.approx(target.tolist())
    same = speculative(target, target)
    assert same.accepted.item() == pytest.approx(1) and same.policy.tolist() == pytest.approx(target.tolist())


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_rejection_sampler_whose_target_is_the_mixture_makes_the_replacement(criterion):
    generator = torch.Generator().manual_seed(0)
    raw = PairLogprobs(*torch.randn(2, 50, 12, generator=generator).mul(2).log_softmax(-1))
    sampling = Sampling(0.9, 0.95)
    view = View(raw, PairLogprobs(*(truncate(logp, sampling) for logp in raw)), "base")
    target = mixed_policy(view, Intervention(parse(criterion), 0.5), sampling).policy
    draft = view.sampled.base.double().exp()
    found = speculative(draft, target)
    close = {"rtol": 0, "atol": 1e-6}  # policies are exponentials of float32
    torch.testing.assert_close(found.policy, target, **close)
    torch.testing.assert_close(found.accepted, 1 - (draft - target).abs().sum(-1) / 2, **close)


def test_twenty_thousand_speculative_draws_follow_the_mixture():
    view = three_tokens()
    mixed = mixed_policy(view, Intervention(parse("delta_logp<=-0.3"), 0.5), PLAIN).policy
    draft, target = (policy / policy.sum() for policy in (view.sampled.base.double().exp(), mixed))
    uniforms = torch.rand(20_000, 3, dtype=torch.double, generator=torch.Generator().manual_seed(1))
    tokens, accepted = speculate(draft, target, uniforms)
    counts = torch.bincount(tokens, minlength=3).numpy()
    assert chisquare(counts, target.numpy() * 20_000).pvalue > 0.001
    assert chisquare(counts, draft.numpy() * 20_000).pvalue < 1e-6
    share = speculative(draft, target).accepted.item()
    assert accepted.double().mean().item() == pytest.approx(share, abs=4 * (share * (1 - share) / 20_000) ** 0.5)
