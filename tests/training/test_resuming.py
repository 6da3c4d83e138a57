"""An interrupted run resumes with the losses that it would have had, or says why it cannot."""

import pytest
import torch

SCHEDULES = {
    "on-policy": {"save_steps": 2},
    "two iterations": {"save_steps": 2, "num_iterations": 2},
    "two rollouts an update": {"save_steps": 1, "gradient_accumulation_steps": 2, "dynamic_sampling": True},
    "dynamic sampling": {"save_steps": 2, "dynamic_sampling": True},
    "third epoch": {"save_steps": 2, "prompts": 4, "max_steps": 8, "resume_at": 6},
    "end of an epoch": {"save_steps": 2, "prompts": 4, "max_steps": 6, "resume_at": 4},
    "three steps for two": {
        "save_steps": 3,
        "max_steps": 6,
        "resume_at": 3,
        "steps_per_generation": 3,
        "gradient_accumulation_steps": 2,
        "per_device_train_batch_size": 4,
    },
}


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_a_resumed_run_has_the_losses_of_an_uninterrupted_one(train, tmp_path, schedule):
    settings = {"max_steps": 6, "save_strategy": "steps", **schedule}
    at = settings.pop("resume_at", 2)
    whole = train(tmp_path / "run", **settings)
    resumed = train(tmp_path / "run", resume=str(tmp_path / "run" / f"checkpoint-{at}"), **settings)
    remaining = [loss for loss in whole.losses if loss[0] >= at]
    assert resumed.losses == remaining and {step for step, _ in remaining} == set(range(at, settings["max_steps"]))
    assert torch.equal(whole.weights, resumed.weights)


@pytest.mark.parametrize("schedule", [{"max_steps": 4}, {"max_steps": 4, "num_iterations": 2}, {"prompts": 8}])
def test_a_run_killed_after_its_last_update_makes_no_further_one(train, tmp_path, schedule):
    settings = {"max_steps": 4, "save_strategy": "steps", "save_steps": 2, **schedule}
    whole = train(tmp_path / "run", **settings)
    resumed = train(tmp_path / "run", resume=str(tmp_path / "run" / "checkpoint-4"), **settings)
    assert not resumed.losses and resumed.trainer.state.global_step == 4
    assert torch.equal(whole.weights, resumed.weights)
    whole_log, log = (run.trainer.state.log_history for run in (whole, resumed))
    assert log[:-1] == whole_log[:-1] and "train_runtime" in log[-1]


@pytest.mark.parametrize(
    ("settings", "phrase"),
    [
        ({"save_steps": 3, "num_iterations": 2}, "save_steps is 3, but a rollout lasts 2 updates .* a multiple of 2"),
        ({"save_steps": 0.5, "num_iterations": 2}, "save_steps is 0.5, but a rollout lasts 2 updates"),
        ({"save_steps": 2, "steps_per_generation": 3, "gradient_accumulation_steps": 2}, "a rollout lasts 3 updates"),
        (
            {"save_strategy": "best", "metric_for_best_model": "reward", "eval_strategy": "steps", "eval_steps": 5}
            | {"num_iterations": 2},
            "eval_steps is 5, but a rollout lasts 2 updates",
        ),
    ],
)
def test_checkpoints_inside_a_rollout_are_refused(train, tmp_path, settings, phrase):
    with pytest.raises(ValueError, match=phrase):
        train(tmp_path, **{"save_strategy": "steps", **settings})


def test_save_steps_may_be_a_fraction_where_every_update_ends_a_rollout(train, tmp_path):
    run = train(tmp_path, save_strategy="steps", save_steps=0.5, max_steps=4)
    assert len(run.losses) == 4 and (tmp_path / "checkpoint-2").is_dir()


def test_no_run_resumes_from_a_checkpoint_inside_a_rollout(train, tmp_path):
    settings = {"save_strategy": "steps", "save_steps": 2, "num_iterations": 2}
    train(tmp_path, max_steps=3, **settings)
    with pytest.raises(ValueError, match="the checkpoint of update 3 lies inside a rollout of 2 updates"):
        train(tmp_path, max_steps=6, resume=str(tmp_path / "checkpoint-3"), **settings)
