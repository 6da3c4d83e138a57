"""The base: a seed fixes the model, a killed run resumes exactly, and prompts are not learnt."""

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from rlvr_direction import records
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import base, train_base
from rlvr_direction.lab.toys.recipe import BaseRecipe, Lesson, tokenizer_for

TASK = TASKS["pointer_tree"]
TINY = BaseRecipe(steps=6, documents=4, warmup_steps=2)


def weights(folder):
    return AutoModelForCausalLM.from_pretrained(folder).state_dict()


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train_base(TASK, tmp_path_factory.mktemp("toy"), seed=1, recipe=TINY)


def test_the_base_is_an_ordinary_folder_with_its_history(trained):
    assert trained.name == "base"
    assert AutoTokenizer.from_pretrained(trained).decode(AutoTokenizer.from_pretrained(trained)("a>b")["input_ids"])
    history = records.load(trained / "training.parquet")
    assert history["step"].tolist() == list(range(6)) and (history["loss"] > 0).all()
    assert history.attrs["seed"] == 1 and history.attrs["steps"] == 6 and history.attrs["seconds"] > 0


def test_a_seed_fixes_the_model(trained, tmp_path):
    again = train_base(TASK, tmp_path / "again", seed=1, recipe=TINY)
    other = train_base(TASK, tmp_path / "other", seed=2, recipe=TINY)
    assert same(weights(trained), weights(again)) and not same(weights(trained), weights(other))


def test_training_leaves_the_global_random_numbers_alone(tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train_base(TASK, tmp_path, seed=1, recipe=TINY)
    assert torch.equal(torch.rand(3), expected)


def test_a_killed_run_ends_where_an_uninterrupted_one_does(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(base, "SAVE_EVERY", 2)
    real, calls = base._update, []

    def killed_at_the_fourth(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(base, "_update", killed_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        train_base(TASK, tmp_path, seed=1, recipe=TINY)
    assert not (tmp_path / "base").exists()
    resumed = train_base(TASK, tmp_path, seed=1, recipe=TINY)
    assert len(calls) == 4 + 4 and same(weights(resumed), weights(trained))
    assert [path.name for path in tmp_path.iterdir()] == ["base"]
    assert records.load(resumed / "training.parquet").equals(records.load(trained / "training.parquet"))


def test_a_base_killed_before_it_was_saved_makes_no_further_step(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(base, "SAVE_EVERY", 2)
    with monkeypatch.context() as patch:
        patch.setattr(base.records, "save", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            train_base(TASK, tmp_path, seed=1, recipe=TINY)
    monkeypatch.setattr(base, "_update", None)
    assert same(weights(train_base(TASK, tmp_path, seed=1, recipe=TINY)), weights(trained))


def test_a_finished_base_is_returned_as_it_is(trained, monkeypatch):
    monkeypatch.setattr(base, "_update", None)
    assert train_base(TASK, trained.parent, seed=9, recipe=TINY) == trained


def test_only_response_tokens_are_learnt():
    tokenizer = tokenizer_for(TASK)
    ids, labels = base._batch(TASK, tokenizer, BaseRecipe(steps=1, documents=5), 0, seed=0)
    corpus = sorted(TASK.corpus(5, seed=0), key=lambda text: len(text[0].prompt + text[1]))
    for (problem, response), row, wanted in zip(corpus, ids, labels, strict=True):
        prompt, learnt = len(problem.prompt), wanted[wanted != base.IGNORED].tolist()
        assert learnt == [*tokenizer(response)["input_ids"], tokenizer.eos_token_id]
        assert (wanted[:prompt] == base.IGNORED).all()
        assert row[prompt : prompt + len(learnt)].tolist() == learnt
        assert (row[prompt + len(learnt) :] == tokenizer.pad_token_id).all()


def test_a_pool_is_cut_into_batches_of_similar_length_and_used_once():
    tokenizer, recipe = tokenizer_for(TASK), BaseRecipe(steps=4, documents=3, pool=4)
    batches = [base._batch(TASK, tokenizer, recipe, step, seed=0)[0] for step in range(4)]
    texts = sorted(len(problem.prompt + response) + 1 for problem, response in TASK.corpus(12, seed=0))
    assert sorted(len(row[row != tokenizer.pad_token_id]) for ids in batches for row in ids) == texts
    assert sorted(ids.shape[1] for ids in batches) == texts[2::3]


def test_a_lesson_comes_first_and_is_on_its_own_corpus():
    task, tokenizer = TASKS["arithmetic"], tokenizer_for(TASKS["arithmetic"])
    lesson = Lesson(steps=1, documents=7, fields={"careful": 1.0, "max_operations": 3})
    first, second = (
        base._batch(task, tokenizer, BaseRecipe(steps=2, documents=4, lesson=lesson), step, seed=0)[0]
        for step in range(2)
    )
    jump = tokenizer.convert_tokens_to_ids("~")
    assert (len(first), len(second)) == (7, 4) and not (first == jump).any() and (second == jump).any()


COURSES = BaseRecipe(
    steps=3,
    documents=4,
    warmup_steps=2,
    then=(BaseRecipe(2, 5, learning_rate=1e-3, fields={"retry": 0.9}), BaseRecipe(3, 6, warmup_steps=1)),
)


def test_every_course_has_its_own_corpus_schedule_and_optimizer(tmp_path, monkeypatch):
    seen, real = [], base._update

    def noted(model, optimizer, rate, ids, labels):
        halves = all(torch.equal(weight, weight.half().float()) for weight in model.parameters())
        seen.append((len(ids), rate, len(optimizer.state), halves))
        return real(model, optimizer, rate, ids, labels)

    monkeypatch.setattr(base, "_update", noted)
    history = records.load(train_base(TASK, tmp_path, seed=1, recipe=COURSES) / "training.parquet")
    assert history["step"].tolist() == list(range(8))
    assert [documents for documents, *_ in seen] == [4, 4, 4, 5, 5, 6, 6, 6]
    rates = [base._learning_rate(step, course) for course in (COURSES, *COURSES.then) for step in range(course.steps)]
    assert [rate for _, rate, _, _ in seen] == rates == history["learning_rate"].tolist()
    begins = [not state and halves for _, _, state, halves in seen]
    assert [i for i, begin in enumerate(begins) if begin] == [3, 5] and seen[0][2] == 0


@pytest.mark.parametrize("killed_at", [3, 4, 6])
def test_a_run_that_is_killed_at_or_within_a_course_ends_where_another_does(tmp_path, monkeypatch, killed_at):
    whole = train_base(TASK, tmp_path / "whole", seed=1, recipe=COURSES)
    monkeypatch.setattr(base, "SAVE_EVERY", 1)
    real, calls = base._update, []

    def killed(*arguments):
        calls.append(1)
        if len(calls) == killed_at + 1:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(base, "_update", killed)
    with pytest.raises(KeyboardInterrupt):
        train_base(TASK, tmp_path / "killed", seed=1, recipe=COURSES)
    assert same(weights(train_base(TASK, tmp_path / "killed", seed=1, recipe=COURSES)), weights(whole))


def test_the_learning_rate_warms_up_and_decays():
    rates = [base._learning_rate(step, BaseRecipe(steps=100, documents=1, warmup_steps=10)) for step in range(100)]
    assert rates.index(max(rates)) == 9 and rates[0] < rates[5] < rates[9] > rates[50] > rates[99] > 0


def test_training_learns_the_corpus(tmp_path):
    folder = train_base(TASK, tmp_path, seed=0, recipe=BaseRecipe(steps=40, documents=16, warmup_steps=5))
    losses = records.load(folder / "training.parquet")["loss"]
    assert losses.tail(5).mean() < 0.6 * losses.head(5).mean()
