import re
from importlib import import_module

import pytest

from rlvr_direction.lab.tasks import ROLES, TASKS, Task, sentences
from rlvr_direction.lab.tasks.types import in_split

TOYS = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


@TOYS
def test_a_task_is_listed_under_its_name_and_satisfies_the_protocol(task):
    assert isinstance(task, Task)
    assert TASKS[task.name] is task


@TOYS
def test_no_prompt_is_in_both_splits_whatever_the_seeds(task):
    train = {problem.prompt for problem in task.problems(2000, seed=0, split="train")}
    test = {problem.prompt for problem in task.problems(2000, seed=1)}
    assert len(train) == len(test) == 2000, "problems differ within a call"
    assert not train & test


@TOYS
def test_the_corpus_holds_train_problems_only(task):
    share = import_module(type(task).__module__).TEST_SHARE
    assert all(in_split(problem.prompt, "train", test_share=share) for problem, _ in task.corpus(1000, seed=0))


@TOYS
def test_a_seed_fixes_the_draws_and_another_changes_them(task):
    for draw in (task.problems, task.corpus):
        assert draw(50, seed=3) == draw(50, seed=3)
        assert draw(50, seed=3) != draw(50, seed=4)


@TOYS
def test_corpus_texts_use_the_whole_alphabet_and_fit_in_the_token_budget(task):
    cut = str.split if task.name == "worded" else list
    corpus = task.corpus(2000, seed=5)
    assert {token for problem, response in corpus for token in cut(problem.prompt) + cut(response)} == set(
        task.alphabet
    )
    assert len(set(task.alphabet)) == len(task.alphabet)
    assert max(len(cut(response)) for _, response in corpus) + 1 <= task.max_new_tokens


@TOYS
def test_roles_of_corpus_texts_name_one_role_per_token(task):
    cut = str.split if task.name == "worded" else list
    for problem, response in task.corpus(1000, seed=6):
        roles = task.roles(problem, response)
        assert len(roles) == len(cut(response))
        assert set(roles) <= set(ROLES)


@TOYS
def test_an_unknown_split_is_refused_with_the_choices(task):
    with pytest.raises(ValueError, match="'validation'; choose one of train, test"):
        task.problems(1, seed=0, split="validation")


@TOYS
def test_the_verifier_uses_possessive_quantifiers_so_it_cannot_backtrack(task):
    module = sentences if task.name == "worded" else import_module(type(task).__module__)
    patterns = [
        value for name, value in vars(module).items() if name in {"STEP", "ANSWER", "NUMBER", "WALK", "LINE", "PHRASE"}
    ]
    quantifiers = [q for pattern in patterns for q in re.findall(r"(?<![-\[+*])(?:[*+]+|\{[\d,]+\}\+?)", pattern)]
    assert quantifiers and all(q.endswith("+") and q != "+" for q in quantifiers)


def test_the_hash_puts_the_stated_share_of_prompts_in_test():
    share = sum(in_split(f"prompt {i}", "test", test_share=0.1) for i in range(10_000)) / 10_000
    assert abs(share - 0.1) < 4 * (0.09 / 10_000) ** 0.5
