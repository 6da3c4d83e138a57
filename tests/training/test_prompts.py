"""A task in TRL's terms: only right, finished answers are rewarded, and no held-out problem is trained on."""

import pytest
from transformers import AutoTokenizer

from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.training.prompts import prompts_of, response_text, reward_of

TASK = TASKS["pointer_tree"]


@pytest.mark.parametrize("finished", [True, False])
def test_only_a_right_finished_answer_is_rewarded(finished):
    tokenizer = AutoTokenizer.from_pretrained(TOYS / "pointer_tree" / "base")
    (problem,) = TASK.problems(1, seed=0)
    ids = tokenizer(f"{problem.answer}!")["input_ids"] + [tokenizer.eos_token_id] * finished
    reward = reward_of(TASK, tokenizer)
    assert reward(prompts=[problem.prompt], completion_ids=[ids], answer=[problem.answer]) == [float(finished)]


def test_text_stops_at_the_end_token_and_shows_stray_special_ones():
    tokenizer = AutoTokenizer.from_pretrained(TOYS / "pointer_tree" / "base")
    a, eos, pad = tokenizer("a")["input_ids"][0], tokenizer.eos_token_id, tokenizer.pad_token_id
    assert response_text(tokenizer, [a, eos]) == ("a", True)
    assert response_text(tokenizer, [a, pad, a]) == ("a<pad>a", False)
    assert response_text(tokenizer, []) == ("", False)


def test_prompts_are_train_problems_one_for_each_place_in_a_rollout():
    rows = prompts_of(TASK, 12, seed=4)
    wanted = TASK.problems(12, seed=4, split="train")
    assert rows["prompt"][:] == [problem.prompt for problem in wanted]
    assert not set(rows["prompt"]) & {problem.prompt for problem in TASK.problems(2000, seed=4)}
