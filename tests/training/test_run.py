"""A run from names: where prompts come from, which weighting a name means, and whose folder it is."""

import json

import pytest
import torch

from rlvr_direction import reweighting as w
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.reweighting import Rollout
from rlvr_direction.training import run
from rlvr_direction.training.run import WEIGHTINGS, Source, named_weighting

ROLLOUT = Rollout(
    torch.tensor([[0.5, 0.9], [0.2, 0.4]]).log(),
    torch.ones(2, 2),
    torch.tensor([1.0, -1.0]),
    2,
    entropy=torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
    logp_reference=torch.zeros(2, 2),
)


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_a_name_is_the_function_of_that_name_at_the_strength_asked_for(name):
    expected = getattr(w, name)(0.5)(ROLLOUT)
    assert torch.equal(named_weighting(name, 0.5)(ROLLOUT), expected)
    assert not torch.equal(named_weighting(name)(ROLLOUT), expected)


def test_uniform_and_mean_one():
    assert named_weighting("uniform") is w.uniform
    weights = named_weighting("low_probability", 3.0, mean_one=True)(ROLLOUT)
    assert weights.mean() == pytest.approx(1) and weights.std() > 0


def test_prompts_of_a_task_depend_on_the_seed_and_are_as_many_as_asked_for():
    one, again, other = (Source("arithmetic", 5).prompts(seed=seed)["prompt"][:] for seed in (1, 1, 2))
    assert len(one) == 5 and one == again != other
    assert one == [problem.prompt for problem in TASKS["arithmetic"].problems(5, seed=1, split="train")]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_prompts_of_a_file(tmp_path, suffix):
    file = tmp_path / f"rows{suffix}"
    rows = [{"prompt": "1+1=", "answer": "2"}]
    file.write_text(json.dumps(rows[0]) if suffix == ".jsonl" else "prompt,answer\n1+1=,2\n")
    found = Source(data=str(file), reward="math:sqrt").prompts(seed=0)
    assert found["prompt"][:] == ["1+1="] and len(found) == 1


def test_a_file_without_prompts_is_refused(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"question": "1+1="}')
    with pytest.raises(ValueError, match="no column 'prompt', only question"):
        Source(data=str(tmp_path / "rows.jsonl"), reward="math:sqrt").prompts(seed=0)


@pytest.mark.parametrize(
    "names", [{}, {"task": "arithmetic", "data": "d", "reward": "r"}, {"data": "d"}, {"reward": "r"}]
)
def test_prompts_have_one_source(names):
    with pytest.raises(ValueError, match="one source of prompts"):
        Source(**names)


def test_held_out_problems_are_none_that_are_trained_on(tmp_path):
    source = Source("arithmetic", 50, n_held_out=7)
    held_out = source.held_out(seed=1)["prompt"][:]
    assert len(held_out) == 7 and not set(held_out) & set(source.prompts(seed=1)["prompt"])
    (tmp_path / "rows.jsonl").write_text('{"prompt": "1+1="}')
    ones_own = {"data": "elsewhere", "reward": "math:sqrt"}
    assert len(Source(**ones_own, eval_data=str(tmp_path / "rows.jsonl")).held_out(seed=0)) == 1
    with pytest.raises(ValueError, match="pass --eval-data"):
        Source(**ones_own).held_out(seed=0)


def test_a_folder_in_use_is_refused_or_what_a_run_left_is_named(tmp_path):
    for name in ("checkpoint-2", "notes"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("")
    (tmp_path / "metrics.parquet").write_text("")
    with pytest.raises(FileExistsError, match="--resume"):
        run._begun(tmp_path, resume=False, force=False)
    with pytest.raises(ValueError, match="pass one of them"):
        run._begun(tmp_path, resume=True, force=True)
    begun = run._begun(tmp_path, resume=False, force=True)
    assert begun == run._begun(tmp_path, resume=True, force=False)
    run._remove([*begun, tmp_path / "checkpoint-4"])
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_a_checkpoint_that_was_not_written_to_its_end_is_passed_over(tmp_path):
    assert run._last_checkpoint(tmp_path / "nowhere", 1) is None
    for step in (2, 10, 12):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "model.safetensors").write_text("")
    assert run._last_checkpoint(tmp_path, 1) is None
    for step in (2, 10):
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert run._last_checkpoint(tmp_path, 1) == str(tmp_path / "checkpoint-10")


def test_a_run_goes_on_from_the_end_of_a_rollout(tmp_path):
    for step in (3, 4, 5):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert run._last_checkpoint(tmp_path, 2) == str(tmp_path / "checkpoint-4")
    assert run._last_checkpoint(tmp_path, 7) is None
