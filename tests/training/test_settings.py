"""Settings of a run: where prompts come from, which weighting a name means, and what is refused."""

import json

import pytest
import torch

from rlvr_direction import reweighting as w
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.reweighting import Rollout
from rlvr_direction.training import ReweightedGRPOConfig, TrainSettings
from rlvr_direction.training.settings import WEIGHTINGS, held_out_prompts, named_weighting, training_prompts

ROLLOUT = Rollout(
    torch.tensor([[0.5, 0.9, 0.3], [0.2, 0.4, 0.7]]).log(),
    torch.ones(2, 3),
    torch.tensor([1.0, -1.0]),
    2,
    entropy=torch.tensor([[0.1, 0.2, 0.0], [0.3, 0.4, 0.0]]),
    logp_reference=torch.zeros(2, 3),
)


@pytest.fixture
def settings(tmp_path):
    """A function (settings, fields of GRPOConfig) -> `TrainSettings` of a model that need not exist."""

    def make(*, grpo=None, **names):
        sizes = {"per_device_train_batch_size": 8, "num_generations": 4}
        return TrainSettings(
            "model", ReweightedGRPOConfig.dapo(str(tmp_path / "run"), **sizes, **(grpo or {})), **names
        )

    return make


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_a_name_is_the_function_of_that_name_at_the_strength_asked_for(name):
    expected = getattr(w, name)(0.5)(ROLLOUT)
    assert torch.equal(named_weighting(name, 0.5)(ROLLOUT), expected)
    assert not torch.equal(named_weighting(name)(ROLLOUT), expected)


def test_uniform_a_function_and_mean_one():
    assert named_weighting("uniform") is w.uniform is named_weighting(w.uniform)
    weights = named_weighting("low_probability", 3.0, mean_one=True)(ROLLOUT)
    assert weights.mean() == pytest.approx(1) and weights.std() > 0


def test_prompts_of_a_task_depend_on_the_seed_and_are_as_many_as_asked_for(settings):
    one, again, other = (
        training_prompts(settings(task="arithmetic", problems=5, grpo={"seed": seed}))["prompt"][:]
        for seed in (1, 1, 2)
    )
    assert len(one) == 5 and one == again != other
    assert one == [problem.prompt for problem in TASKS["arithmetic"].problems(5, seed=1, split="train")]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_prompts_of_a_file(settings, tmp_path, suffix):
    file = tmp_path / f"rows{suffix}"
    rows = [{"prompt": "1+1=", "answer": "2"}]
    file.write_text(json.dumps(rows[0]) if suffix == ".jsonl" else "prompt,answer\n1+1=,2\n")
    assert training_prompts(settings(data=str(file), reward="math:sqrt"))["prompt"][:] == ["1+1="]


def test_a_file_without_prompts_is_refused(settings, tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"question": "1+1="}')
    with pytest.raises(ValueError, match="no column 'prompt', only question"):
        training_prompts(settings(data=str(tmp_path / "rows.jsonl"), reward="math:sqrt"))


@pytest.mark.parametrize(
    ("names", "phrase"),
    [
        ({}, "one source of prompts"),
        ({"task": "arithmetic", "data": "d", "reward": "r"}, "one source of prompts"),
        ({"data": "d"}, "one source of prompts"),
        ({"reward": "r"}, "one source of prompts"),
        ({"task": "chess"}, "no task is called 'chess'"),
        ({"task": "arithmetic", "weighting": "magic"}, "no weighting is called 'magic'"),
        ({"task": "arithmetic", "resume": True, "force": True}, "pass one of them"),
        ({"task": "arithmetic", "lora": 0}, "lora is 0; expected at least 1"),
        ({"task": "arithmetic", "lora_alpha": 8}, "pass --lora RANK, too"),
        ({"task": "arithmetic", "dtype": "int8"}, "the dtype is 'int8'; expected auto or one of"),
        ({"task": "arithmetic", "grpo": {"model_init_kwargs": {"dtype": "int8"}}}, "the dtype is 'int8'"),
        (
            {"task": "arithmetic", "dtype": "bfloat16", "grpo": {"model_init_kwargs": {"dtype": "float16"}}},
            "bfloat16 and, in model_init_kwargs, torch.float16: pass one of them",
        ),
    ],
)
def test_settings_that_contradict_themselves_or_name_nothing_are_refused(settings, names, phrase):
    with pytest.raises(ValueError, match=phrase):
        settings(**names)


def test_held_out_problems_are_none_that_are_trained_on(settings, tmp_path):
    evaluated = {"eval_strategy": "steps", "eval_steps": 2, "per_device_eval_batch_size": 8}
    asked = settings(task="arithmetic", problems=50, eval_problems=7, grpo=evaluated)
    held_out = held_out_prompts(asked)["prompt"][:]
    assert len(held_out) == 7 and not set(held_out) & set(training_prompts(asked)["prompt"])
    (tmp_path / "rows.jsonl").write_text('{"prompt": "1+1="}')
    ones_own = {"data": "elsewhere", "reward": "math:sqrt"}
    assert len(held_out_prompts(settings(**ones_own, eval_data=str(tmp_path / "rows.jsonl"), grpo=evaluated))) == 1
    assert held_out_prompts(settings(**ones_own)) is None
    with pytest.raises(ValueError, match="pass --eval-data"):
        held_out_prompts(settings(**ones_own, grpo=evaluated))
