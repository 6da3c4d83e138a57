"""A run from its settings: which folder it may use, where it resumes, and how its model is loaded."""

import json
from pathlib import Path
from shutil import copytree

import pytest
from transformers import AutoTokenizer

from rlvr_direction import records
from rlvr_direction.prompts import DATE, encode_prompt
from rlvr_direction.training import ReweightedGRPOConfig, TrainSettings, run, train


def test_what_a_run_left_is_named_and_nothing_else_is_removed(tmp_path):
    for name in ("checkpoint-2", "notes"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("")
    (tmp_path / "metrics.parquet").write_text("")
    run._remove([*run._begun(tmp_path), tmp_path / "checkpoint-4"])
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_a_folder_in_use_is_refused_before_a_model_is_loaded(tmp_path):
    (tmp_path / "metrics.parquet").write_text("")
    settings = TrainSettings("/no/model", ReweightedGRPOConfig.dapo(str(tmp_path)), task="arithmetic")
    with pytest.raises(FileExistsError, match="holds a run already: pass --resume"):
        train(settings)


def test_an_incomplete_checkpoint_is_skipped(tmp_path):
    assert run._last_checkpoint(tmp_path / "nowhere", 1) is None
    for step in (2, 10, 12):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "model.safetensors").write_text("")
    assert run._last_checkpoint(tmp_path, 1) is None
    for step in (2, 10):
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert run._last_checkpoint(tmp_path, 1) == str(tmp_path / "checkpoint-10")


def test_a_run_resumes_from_the_end_of_a_rollout(tmp_path):
    for step in (3, 4, 5):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert run._last_checkpoint(tmp_path, 2) == str(tmp_path / "checkpoint-4")
    assert run._last_checkpoint(tmp_path, 7) is None


QUESTION = [{"role": "user", "content": "1+2"}]
TEMPLATE = "{% for m in messages %}a{{ m.content }}{% endfor %}{% if add_generation_prompt %}b{% endif %}"


@pytest.fixture
def chat_model(folders, tmp_path):
    """A tiny model whose tokenizer has a chat template: `a` opens a question, `b` the response."""
    folder = Path(copytree(folders("llama")[0], tmp_path / "chat"))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def prompts_read(tmp_path, monkeypatch):
    """A function (model folder, prompt) -> the texts that one update of `train` was made on, and its metrics' notes."""

    def read(model, prompt, **grpo):
        seen, out = [], tmp_path / "run"

        class Kept(run._TemplatedTrainer):
            def _compute_loss(self, model, inputs):
                rows = zip(inputs["prompt_ids"], inputs["prompt_mask"].bool(), strict=True)
                seen.extend(ids[mask].tolist() for ids, mask in rows)
                return super()._compute_loss(model, inputs)

        monkeypatch.setattr(run, "_TemplatedTrainer", Kept)
        (tmp_path / "rows.jsonl").write_text(json.dumps({"prompt": prompt}) + "\n")
        sizes = {"per_device_train_batch_size": 2, "num_generations": 2, "max_completion_length": 2, "max_steps": 1}
        config = ReweightedGRPOConfig.dapo(
            str(out), **sizes, save_strategy="no", disable_tqdm=True, dynamic_sampling=False, logging_steps=1, **grpo
        )
        rows = {"data": str(tmp_path / "rows.jsonl"), "reward": f"{__name__}:zero"}
        monkeypatch.setattr(run, "reward_function", lambda *_: zero)
        train(TrainSettings(model, config, **rows, force=True))
        assert seen[0] == seen[1]
        return seen[0], records.load(out / "metrics.parquet").attrs["prompts"]

    return read


def zero(completions, **_columns):
    return [0.0] * len(completions)


def test_a_string_is_read_through_the_chat_template_as_in_score_and_decode(chat_model, prompts_read, capsys):
    tokenizer = AutoTokenizer.from_pretrained(chat_model)
    ids, rule = prompts_read(chat_model, "1+2")
    assert ids == encode_prompt(tokenizer, "1+2") == tokenizer("a1+2b")["input_ids"]
    assert rule == "by a chat template" and f"prompts: {rule}" in capsys.readouterr().err
    assert prompts_read(chat_model, QUESTION)[0] == ids
    assert prompts_read(chat_model, "1+2", chat_template_kwargs={"add": 1})[0] == ids


@pytest.mark.parametrize("prompt", ["1+2", QUESTION], ids=["string", "messages"])
def test_a_template_that_asks_for_the_date_gets_a_fixed_one(chat_model, prompts_read, prompt):
    tokenizer = AutoTokenizer.from_pretrained(chat_model)
    tokenizer.chat_template = "{{ strftime_now('%Y') }}" + TEMPLATE
    tokenizer.save_pretrained(chat_model)
    ids, rule = prompts_read(chat_model, prompt)
    assert tokenizer.decode(ids) == f"{DATE.year}a1+2b" and rule.endswith(f"its date fixed at {DATE}")


def test_without_a_chat_template_a_string_is_read_as_it_is(folders, prompts_read):
    tokenizer = AutoTokenizer.from_pretrained(folders("llama")[0])
    assert prompts_read(folders("llama")[0], "1+2") == (
        tokenizer("1+2")["input_ids"],
        "used as they are, without a chat template",
    )
