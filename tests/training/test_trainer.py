"""The trainer is TRL's where weights are 1, and a plain computation of the weighted loss where they are not."""

from contextlib import nullcontext
from math import ceil, isfinite
from types import SimpleNamespace

import pytest
import torch
from peft import LoraConfig
from trl import GRPOConfig, GRPOTrainer

from rlvr_direction import reweighting as w
from rlvr_direction.training import ReweightedGRPOTrainer

SCHEDULES = {
    "on-policy": {},
    "gradient accumulation": {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 2},
    "two iterations": {"num_iterations": 2, "max_steps": 4},
    "two steps a generation": {"per_device_train_batch_size": 4, "steps_per_generation": 2, "max_steps": 4},
}
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)


@pytest.fixture(scope="module")
def stock(train, tmp_path_factory):
    """A function (schedule, settings) -> the run of TRL's own trainer, made once."""
    made = {}

    def run(**settings):
        key = tuple(sorted(settings.items()))
        if key not in made:
            made[key] = train(tmp_path_factory.mktemp("stock"), kind=GRPOTrainer, **settings)
        return made[key]

    return run


@each_schedule
@pytest.mark.parametrize(
    "weighting", [w.uniform, w.low_probability(0.0), lambda rollout: torch.ones_like(rollout.logp_old)]
)
def test_a_weight_of_one_is_stock_trl_bit_for_bit(train, stock, tmp_path, schedule, weighting):
    ours, theirs = train(tmp_path, options={"weighting": weighting}, **schedule), stock(**schedule)
    assert ours.losses == theirs.losses and len(ours.losses) > 2
    assert torch.equal(ours.weights, theirs.weights)


def test_a_weight_of_one_on_an_adapter_is_stock_trl_bit_for_bit(train, tmp_path):
    adapter = {"peft_config": LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")}
    theirs = train(tmp_path / "stock", kind=GRPOTrainer, options=dict(adapter))
    ours = train(tmp_path / "ours", options={"weighting": w.uniform, **adapter})
    assert ours.losses == theirs.losses and torch.equal(ours.weights, theirs.weights)
    assert all("lora_" in name for name in ours.grads)
    weighted = train(tmp_path / "weighted", options={"weighting": w.low_probability(0.5), **adapter})
    assert not torch.equal(weighted.weights, theirs.weights)


def groups_of(batch):
    """The number of the prompt that each row answers."""
    prompts = [tuple(row) for row in batch["prompt_ids"].tolist()]
    return [prompts.index(prompt) for prompt in prompts]


def by_perplexity(p, batch, alpha):
    mask, groups = batch["completion_mask"], torch.tensor(groups_of(batch))
    nll = -(p.log() * mask).sum(1) / mask.sum(1)
    z = torch.stack(
        [(x - nll[groups == g].mean()) / (nll[groups == g].std() + 1e-4) for x, g in zip(nll, groups, strict=True)]
    )
    return (1 - alpha * z)[:, None].expand_as(p)


def kept(p, batch, quantile, *, below):
    values = sorted(p[batch["completion_mask"].bool()].tolist())
    cut = values[ceil(quantile * len(values)) - 1]
    return ((p <= cut) if below else (p > cut)).float()


def signed(weights, batch, sign):
    return torch.where(sign * batch["advantages"][:, None] > 0, weights, torch.ones_like(weights))


def most_uncertain(p, batch, fraction):
    """1 for the most uncertain tokens, by entropies over the whole vocabulary."""
    entropies, mask = batch["entropies"], batch["completion_mask"].bool()
    values = sorted(entropies[mask].tolist())
    return (entropies > values[ceil((1 - fraction) * len(values)) - 1]).float()


def surprising(p, batch, fraction, amplify, attenuate):
    """The rarest tokens of each sign of the advantage, chosen token by token."""
    weights, tokens = torch.ones_like(p), batch["completion_mask"].nonzero().tolist()
    for sign, weight in ((1, amplify), (-1, attenuate)):
        of_sign = [(p[i, j].item(), i, j) for i, j in tokens if sign * batch["advantages"][i] > 0]
        for _, i, j in sorted(of_sign)[: ceil(fraction * len(of_sign))]:
            weights[i, j] = weight
    return weights


def scaled(weights, batch):
    mask = batch["completion_mask"]
    return weights * mask.sum() / (weights * mask).sum()


REFERENCE = {
    "uniform": (w.uniform, lambda p, batch: torch.ones_like(p)),
    "low probability": (w.low_probability(0.5), lambda p, batch: 1.5 - 0.5 * p),
    "high probability": (w.high_probability(0.3), lambda p, batch: 0.3 * p + 0.7),
    "perplexity": (w.perplexity(0.2), lambda p, batch: by_perplexity(p, batch, 0.2)),
    "keep below": (w.keep_below(0.3), lambda p, batch: kept(p, batch, 0.3, below=True)),
    "keep above": (w.keep_above(0.3), lambda p, batch: kept(p, batch, 0.3, below=False)),
    "entropy top": (w.entropy_top(0.3), lambda p, batch: most_uncertain(p, batch, 0.3)),
    "surprisal top": (
        w.surprisal_top(0.3, amplify=1.5, attenuate=0.5, target_entropy=99.0),
        lambda p, batch: surprising(p, batch, 0.3, 1.5, 0.5),
    ),
    "surprisal top, resting": (w.surprisal_top(target_entropy=0.0), lambda p, batch: torch.ones_like(p)),
    "divergence": (w.divergence(0.5), lambda p, batch: torch.ones_like(p)),  # nothing has moved yet
    "divergence, low": (w.divergence(0.5, high=False), lambda p, batch: torch.full_like(p, 1.5)),
    "positive only": (w.positive_only(w.low_probability(0.5)), lambda p, batch: signed(1.5 - 0.5 * p, batch, 1)),
    "negative only": (w.negative_only(w.low_probability(0.5)), lambda p, batch: signed(1.5 - 0.5 * p, batch, -1)),
    "mean one": (w.mean_one(w.low_probability(0.5)), lambda p, batch: scaled(1.5 - 0.5 * p, batch)),
}


@pytest.mark.parametrize("schedule", ["on-policy", "two iterations"])
@pytest.mark.parametrize("name", REFERENCE)
def test_first_loss_and_gradients_are_those_of_a_plain_computation(
    train, stock, random_model, tmp_path, name, schedule
):
    weighting, expected_weights = REFERENCE[name]
    settings = {**SCHEDULES[schedule], "max_steps": 1, "max_grad_norm": 0.0}
    ours, batch = train(tmp_path, options={"weighting": weighting}, **settings), dict(stock(**settings).batches[0])
    model = random_model("qwen3", seed=0)
    ids, mask = (torch.cat([batch[f"prompt_{part}"], batch[f"completion_{part}"]], 1) for part in ("ids", "mask"))
    n = batch["completion_ids"].shape[1]
    logits = model(input_ids=ids, attention_mask=mask).logits[:, -n - 1 : -1]
    policy = logits.log_softmax(-1)
    logp = policy.gather(-1, batch["completion_ids"].unsqueeze(-1)).squeeze(-1)
    batch["entropies"] = -(policy.exp() * policy).sum(-1).detach()
    weights = expected_weights(logp.detach().exp(), batch)
    ratio = (logp - logp.detach()).exp()
    tokens = batch["completion_mask"]
    loss = -(ratio * weights * batch["advantages"][:, None] * tokens).sum() / tokens.sum()
    loss.backward()
    assert ours.losses[0][1] == pytest.approx(loss.item(), abs=1e-6)
    for parameter, weight in model.named_parameters():
        torch.testing.assert_close(ours.grads[parameter], weight.grad, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("schedule", ["on-policy", "two iterations"])
def test_a_weighting_that_needs_entropies_is_given_them(train, random_model, tmp_path, schedule):
    seen = []

    def weigh(rollout):
        seen.append(rollout)
        return w.entropy_top(0.3)(rollout)

    weigh.needs = w.needs(w.entropy_top(0.3))
    run = train(tmp_path, options={"weighting": weigh}, **{**SCHEDULES[schedule], "max_steps": 1})
    mask = seen[0].mask.bool()
    assert (seen[0].entropy[mask] > 0).all() and (weigh(seen[0])[mask].mean() - 0.3).abs() < 0.1
    assert 0.2 < run.trainer.state.log_history[0]["weight_mean"] < 0.4


def test_the_reference_of_a_divergence_is_the_policy_before_training(train, tmp_path):
    seen = []

    def weigh(rollout):
        seen.append((rollout.logp_old - rollout.logp_reference).abs()[rollout.mask.bool()].max().item())
        return w.divergence(0.2)(rollout)

    weigh.needs = frozenset({"logp_reference"})
    train(tmp_path, options={"weighting": weigh})
    assert seen[0] < 1e-5 and seen[2] > seen[0] and seen[2] > 1e-2


def test_weights_see_the_responses_of_a_group_in_adjacent_rows(train, tmp_path):
    rollouts = []

    def weigh(rollout):
        rollouts.append(rollout)
        return torch.ones_like(rollout.logp_old)

    for schedule in ({}, {"num_iterations": 2, "max_steps": 2}):
        train(tmp_path, options={"weighting": weigh}, **{"max_steps": 1, **schedule})
    for rollout in rollouts:
        sums = rollout.advantages.view(-1, rollout.group_size).sum(1)
        assert rollout.group_size == 4 and sums.abs().max() < 1e-3


@pytest.mark.parametrize(
    ("weighting", "message"),
    [
        (lambda rollout: torch.ones(3), r"returned shape \(3,\); expected \(8, \d\)"),
        (lambda rollout: -torch.ones_like(rollout.logp_old), "gave -1 to token 0 of response 0"),
        (lambda rollout: rollout.logp_old / 0, "gave -inf to token 0 of response 0"),
        (lambda rollout: 1.0, "returned a float; expected a tensor"),
    ],
)
def test_a_weighting_that_returns_nonsense_is_refused(train, tmp_path, weighting, message):
    with pytest.raises(ValueError, match=message):
        train(tmp_path, options={"weighting": weighting})


def test_a_reward_function_that_returns_too_few_is_named_and_counted(train, tmp_path):
    def first_only(completions, **_columns):
        return [1.0]

    with pytest.raises(ValueError, match="'first_only' returned 1 rewards, but 8 were expected"):
        train(tmp_path, first_only)


def test_a_failing_reward_is_named_and_leaves_the_last_checkpoint_whole(train, tmp_path):
    calls = []

    def digits_until_the_third(completions, **columns):
        calls.append(len(completions))
        if len(calls) >= 3 and (len(completions) == 8 or len(calls) == 6):
            raise ZeroDivisionError("no digits")
        return [float(len(text)) for text in completions]

    settings = {"max_steps": 4, "save_strategy": "steps", "save_steps": 2}
    with pytest.raises(
        ValueError, match=r"'digits_until_the_third' raised ZeroDivisionError .no digits. on response 2"
    ):
        train(tmp_path / "run", digits_until_the_third, **settings)
    calls.append(-100)
    resumed = train(tmp_path / "run", resume=str(tmp_path / "run" / "checkpoint-2"), **settings)
    assert [step for step, _ in resumed.losses] == [2, 3]


def test_the_truncated_denominator_is_the_policy_that_sampled(train, tmp_path):
    settings = {"top_p": 0.6, "max_steps": 1}
    main = train(tmp_path / "main", num_iterations=2, **settings).batches[0]
    variant = train(tmp_path / "variant", truncated_behaviour=True, **settings).batches[0]
    kept, mask = main["old_per_token_logps"] - variant["old_per_token_logps"], main["completion_mask"].bool()
    assert torch.equal(main["completion_ids"], variant["completion_ids"])
    assert (kept[mask] <= 0).all() and (kept[mask].exp() >= 0.6 - 1e-5).all() and (kept[mask] < -0.01).any()


def test_truncated_denominators_are_those_of_everything_at_top_p_one(train, tmp_path):
    run = train(tmp_path, truncated_behaviour=True, max_steps=1)
    assert run.trainer._log_nucleus(run.batches[0]).abs().max() == 0


def test_what_comes_after_a_response_never_reaches_the_loss(train, tmp_path):
    run = train(tmp_path, options={"weighting": lambda rollout: 1 / -rollout.logp_old})  # infinite on padding
    assert all(isfinite(loss) for _, loss in run.losses)
    assert all(isfinite(row["weight_mean"]) for row in run.trainer.state.log_history[:-1])


def test_two_corrections_for_one_truncation_are_refused():
    trainer = SimpleNamespace(args=SimpleNamespace(truncated_behaviour=True), use_vllm=True)
    for corrects, refused in (
        (True, pytest.raises(ValueError, match="switch one of them off")),
        (False, nullcontext()),
    ):
        trainer.vllm_importance_sampling_correction = corrects
        with refused:
            ReweightedGRPOTrainer._refuse_a_second_truncation(trainer)


def test_a_forward_pass_of_our_own_does_not_pass_over_images(train, tmp_path):
    run = train(tmp_path, max_steps=1)
    with pytest.raises(ValueError, match="no images"):
        run.trainer.logp_of({**run.batches[0], "pixel_values": torch.zeros(1)})


def test_a_configuration_of_trls_own_is_accepted(train, tmp_path):
    def stock(folder, *, dynamic_sampling, **settings):
        return GRPOConfig(
            folder, loss_type="dapo", use_cpu=True, bf16=False, activation_checkpointing=False, **settings
        )

    run = train(tmp_path, config=stock, save_strategy="steps", save_steps=2)
    assert len(run.losses) == 3 and run.trainer.state.log_history[0]["weight_mean"] > 1
