"""The recipe of each toy: one token per entry of the alphabet, a stock architecture, below three million parameters."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys.recipe import LARGE, RECIPES, RLRecipe, tokenizer_for

each = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def texts(task):
    """Characters are written next to each other, words with a space between them."""
    return "" if isinstance(task.alphabet, str) else " "


def test_every_task_has_a_recipe():
    assert set(RECIPES) == set(TASKS)


@each
def test_a_token_is_an_entry_of_the_alphabet_and_comes_back_as_it_was(task):
    tokenizer = tokenizer_for(task)
    text = texts(task).join([*task.alphabet, *task.alphabet[::-1]])
    ids = tokenizer(text)["input_ids"]
    assert len(ids) == 2 * len(task.alphabet) and tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids) == text
    assert len(tokenizer) == len(task.alphabet) + 3


@each
def test_prompts_and_corpus_use_nothing_but_the_alphabet(task):
    tokenizer = tokenizer_for(task)
    for problem, response in task.corpus(300, seed=8):
        assert tokenizer.unk_token_id not in tokenizer(problem.prompt)["input_ids"] + tokenizer(response)["input_ids"]


@each
def test_prompts_are_padded_on_the_left(task):
    batch = tokenizer_for(task)([task.alphabet[1], texts(task).join(task.alphabet[1:4])], padding=True)
    assert batch["attention_mask"][0] == [0, 0, 1]


@each
def test_the_model_is_small_and_has_room_for_every_problem(task):
    tokenizer = tokenizer_for(task)
    config = RECIPES[task.name].config(tokenizer)
    model = AutoModelForCausalLM.from_config(config)
    assert model.num_parameters() < 3_000_000
    longest = max(len(tokenizer(problem.prompt)["input_ids"]) for problem in task.problems(2000, seed=1))
    assert longest + task.max_new_tokens <= config.max_position_embeddings


@each
def test_the_last_stage_is_the_end_of_the_run(task):
    rl = RECIPES[task.name].rl
    assert len(rl.stages) >= 4 and max(rl.stages) == rl.rollouts


def test_the_large_toy_has_about_thirty_million_parameters():
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(LARGE["worded"].config(tokenizer_for(TASKS["worded"])))
    assert 28e6 < model.num_parameters() < 33e6


def test_a_run_that_ends_early_keeps_the_stages_so_far():
    assert RLRecipe().up_to(39) == RLRecipe(rollouts=39, stages=(10, 20))
    with pytest.raises(ValueError, match="end before the first stage, which has 10"):
        RLRecipe().up_to(9)
