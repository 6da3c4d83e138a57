"""Dynamic sampling fills a rollout with groups that teach something, and says how often it had to generate."""

import torch

from rlvr_direction.training.sampling import join_padded


def rare(completions, **_columns):
    """Right for about one random response in six: many groups are all wrong."""
    return [float(text[:1] in "012") for text in completions]


def shaped(completions, **_columns):
    """Never the same twice: on it alone, every group would be mixed."""
    return [0.01 * len(text) + 0.001 * ord(text[-1:] or "a") for text in completions]


SETTINGS = {"dynamic_sampling": True, "per_device_train_batch_size": 16, "max_steps": 3}


def test_every_group_has_right_and_wrong_responses(train, tmp_path):
    run = train(tmp_path, [rare, shaped], **SETTINGS, dynamic_sampling_tries=20)
    for batch in run.batches:
        texts = run.trainer.processing_class.batch_decode(batch["completion_ids"], skip_special_tokens=True)
        by_row = sorted(zip(batch["row"].tolist(), rare(texts), strict=True))
        right = torch.tensor([value for _, value in by_row]).view(-1, 4)
        assert len(right) == 4 and (right.amax(1) > right.amin(1)).all()
        assert batch["num_items_in_batch"] == batch["completion_mask"].sum()
    tries = [row["dynamic_sampling/generations"] for row in run.trainer.state.log_history[:-1]]
    assert max(tries) > 1 and all(n == int(n) for n in tries)


def test_when_the_tries_are_spent_the_rollout_is_filled_up(train, tmp_path):
    run = train(
        tmp_path, lambda completions, **_columns: [0.0] * len(completions), **SETTINGS, dynamic_sampling_tries=2
    )
    assert [len(batch["advantages"]) for batch in run.batches] == [16] * 3
    assert [row["dynamic_sampling/generations"] for row in run.trainer.state.log_history[:-1]] == [2.0] * 3


def test_without_it_nothing_is_generated_twice(train, tmp_path):
    run = train(tmp_path, rare, **SETTINGS | {"dynamic_sampling": False})
    assert "dynamic_sampling/generations" not in run.trainer.state.log_history[0]


def test_prompts_are_padded_on_the_left_and_all_else_on_the_right():
    one, other = torch.tensor([[1, 2, 3]]), torch.tensor([[4]])
    assert join_padded([one, other], "prompt_ids", 9).tolist() == [[1, 2, 3], [9, 9, 4]]
    assert join_padded([one, other], "completion_ids", 9).tolist() == [[1, 2, 3], [4, 9, 9]]
    assert join_padded([one, other], "completion_mask", 9).tolist() == [[1, 2, 3], [4, 0, 0]]
    assert join_padded([one[0], other[0]], "advantages", 9).tolist() == [1, 2, 3, 4]
