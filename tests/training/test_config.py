"""The preset: the paper's settings of TRL's trainer, and TRL's defaults for all the rest."""

from dataclasses import fields

import pytest
from trl import GRPOConfig

from rlvr_direction.training import ReweightedGRPOConfig
from rlvr_direction.training.config import updates_per_rollout

PAPER = {
    "loss_type": "dapo",
    "epsilon": 0.2,
    "epsilon_high": 0.28,
    "delta": 10.0,
    "beta": 0.0,
    "temperature": 1.0,
    "top_p": 1.0,
    "scale_rewards": "group",
}
CPU = {"use_cpu": True, "bf16": False}
BATCH = {"per_device_train_batch_size": 8, "num_generations": 4}


@pytest.mark.parametrize(("name", "value"), PAPER.items())
def test_dapo_sets_what_the_paper_says(tmp_path, name, value):
    assert getattr(ReweightedGRPOConfig.dapo(str(tmp_path), **BATCH), name) == value


def test_an_override_wins_over_the_preset(tmp_path):
    assert ReweightedGRPOConfig.dapo(str(tmp_path), epsilon_high=0.4, **BATCH).epsilon_high == 0.4


def test_without_a_preset_it_is_trls_own_configuration(tmp_path):
    ours, theirs = (kind(str(tmp_path), **BATCH, **CPU) for kind in (ReweightedGRPOConfig, GRPOConfig))
    changes = {"logging_dir"}  # holds the time
    added = {f.name: getattr(ours, f.name) for f in fields(ours) if f.name not in {f.name for f in fields(theirs)}}
    assert not any(added.pop(name) for name in ("dynamic_sampling", "truncated_behaviour", "direction_every"))
    assert set(added) == {"dynamic_sampling_tries"}
    for field in fields(theirs):
        if field.name not in changes:
            assert getattr(ours, field.name) == getattr(theirs, field.name), field.name


def test_a_field_that_trl_does_not_have_is_an_error(tmp_path):
    with pytest.raises(TypeError, match="no_such_field"):
        ReweightedGRPOConfig.dapo(str(tmp_path), no_such_field=1)


@pytest.mark.parametrize(
    ("settings", "updates"),
    [
        ({}, 1),
        ({"num_iterations": 3}, 3),
        ({"steps_per_generation": 4}, 4),
        ({"steps_per_generation": 4, "gradient_accumulation_steps": 2}, 2),
        ({"gradient_accumulation_steps": 4, "steps_per_generation": 2}, 1),
        ({"gradient_accumulation_steps": 2, "steps_per_generation": 3}, 3),
        ({"gradient_accumulation_steps": 3, "steps_per_generation": 3, "num_iterations": 2}, 2),
        ({"gradient_accumulation_steps": 3, "num_iterations": 2}, 2),
    ],
)
def test_updates_per_rollout(tmp_path, settings, updates):
    assert updates_per_rollout(ReweightedGRPOConfig.dapo(str(tmp_path), **BATCH, **settings)) == updates
