"""Training from the command line: a model, its checkpoints and metrics, or one sentence and nothing touched."""

import json
import sys
from shutil import rmtree

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from rlvr_direction import records
from rlvr_direction.adapters import is_adapter
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS

BASE = TOYS / "pointer_tree" / "base"
SIZES = ("--num_generations", 4, "--per_device_train_batch_size", 8, "--max_completion_length", 16)
RUN = (*SIZES, "--max_steps", 4, "--save_strategy", "steps", "--save_steps", 2, "--logging_steps", 1)


def weights(folder):
    return torch.cat([w.flatten() for w in AutoModelForCausalLM.from_pretrained(folder).parameters()])


def test_a_built_in_task_trains_resumes_and_is_kept(call, refused, tmp_path):
    train = ("train", BASE, "--task", "pointer_tree", "--problems", 40, "--alpha", 0.5, "--out", tmp_path / "run", *RUN)
    done = call(*train, "--learning_rate", "1e-3")
    assert done.exit_code == 0 and done.stdout.strip().endswith(str(tmp_path / "run")), done.output
    table, whole = records.load(tmp_path / "run" / "metrics.parquet"), weights(tmp_path / "run")
    assert table["weight_mean"].dropna().between(1, 1.5).all() and table["reward"].notna().sum() == 4
    assert not torch.equal(whole, weights(BASE))
    assert refused(call(*train), "holds a run already: pass --resume to go on with it, or --force")
    (tmp_path / "run" / "model.safetensors").unlink()
    for file in (tmp_path / "run" / "checkpoint-4").iterdir():
        file.unlink()
    (tmp_path / "run" / "checkpoint-4").rmdir()
    assert refused(call(*train, "--weighting", "uniform", "--resume"), "no strength, but alpha is 0.5; leave it out")
    begun_with = "was begun with alpha = 0.5, now 0.3; learning_rate = 0.001, now 1e-06: pass the settings"
    assert refused(call(*train, "--alpha", 0.3, "--resume"), begun_with)
    assert call(*train, "--learning_rate", "1e-3", "--resume").exit_code == 0
    assert torch.equal(whole, weights(tmp_path / "run"))


def test_an_adapter_is_trained_resumed_and_scored_as_rl(call, refused, tmp_path):
    out, texts = tmp_path / "run", tmp_path / "texts.jsonl"
    train = ("train", BASE, "--task", "pointer_tree", "--problems", 40, "--learning_rate", "1e-2", "--out", out, *RUN)
    done = call(*train, "--lora", 4)
    assert done.exit_code == 0, done.output
    whole = load_file(out / "adapter_model.safetensors")
    assert any(weight.any() for name, weight in whole.items() if "lora_B" in name)
    rmtree(out / "checkpoint-4")
    (out / "adapter_model.safetensors").unlink()
    assert refused(call(*train, "--lora", 8, "--resume"), "was begun with lora = 4, now 8: pass the settings")
    assert call(*train, "--lora", 4, "--resume").exit_code == 0
    again = load_file(out / "adapter_model.safetensors")
    assert all(torch.equal(whole[name], again[name]) for name in whole)
    texts.write_text(json.dumps({"prompt": TASKS["pointer_tree"].problems(1, seed=0)[0].prompt, "response": "L"}))
    scored = call("score", BASE, out, texts, "--out", tmp_path / "scores.parquet")
    assert scored.exit_code == 0 and records.load(tmp_path / "scores.parquet")["abs_delta_logp"].max() > 0
    assert refused(call(*train, "--lora", 4), "holds a run already")
    assert call(*train, "--force").exit_code == 0 and not is_adapter(out) and weights(out) is not None


def test_a_start_that_is_refused_loses_nothing(call, refused, tmp_path):
    (tmp_path / "run" / "checkpoint-2").mkdir(parents=True)
    (tmp_path / "run" / "metrics.parquet").write_text("")
    train = ("train", BASE, "--task", "pointer_tree", "--out", tmp_path / "run", "--force", *SIZES)
    assert refused(call(*train, "--num_iterations", 2, "--save_steps", 3), "a rollout lasts 2 updates")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["checkpoint-2", "metrics.parquet"]


def test_held_out_problems_are_evaluated_as_often_as_asked(call, tmp_path):
    words = ("--task", "pointer_tree", "--problems", 40, "--eval-problems", 4, "--eval_strategy", "steps")
    sizes = (*RUN, "--eval_steps", 2, "--num_generations_eval", 4, "--per_device_eval_batch_size", 16)
    assert call("train", BASE, *words, *sizes, "--out", tmp_path / "run").exit_code == 0
    table = records.load(tmp_path / "run" / "metrics.parquet").dropna(subset=["eval_reward"])
    assert table["step"].tolist() == [2, 4] and (table["eval_pass@1"] <= table["eval_pass@4"]).all()
    assert table["eval_pass@1"].tolist() == pytest.approx(table["eval_reward"].tolist())


def test_ones_own_data_reward_weighting_and_settings(call, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(
        "def length(completions, wanted, **_): return [float(len(c) > w) for c, w in zip(completions, wanted)]\n"
        "def half(rollout): return rollout.logp_old * 0 + 0.5\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    rows = [{"prompt": f"T:{i}?", "wanted": 3} for i in range(16)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "run.yaml").write_text(
        "seed: 5\nmax_steps: 3\nlearning_rate: 1.0e-4\nsave_strategy: 'no'\nlogging_steps: 1\n"
    )
    words = ("--data", tmp_path / "rows.jsonl", "--reward", "mine:length", "--weighting", "mine:half", "--overlong", 4)
    done = call(
        "train", BASE, *words, "--config", tmp_path / "run.yaml", "--max_steps", 2, *SIZES, "--out", tmp_path / "run"
    )
    assert done.exit_code == 0, done.output
    table = records.load(tmp_path / "run" / "metrics.parquet")
    assert torch.load(tmp_path / "run" / "training_args.bin", weights_only=False).seed == 5
    assert table["step"].max() == 2 and table["weight_mean"].dropna().eq(0.5).all()
    assert table["learning_rate"].dropna().iloc[0] <= 1e-4 and "rewards/soft_overlong_punishment_reward/mean" in table


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ((), "pass --task, or else --data with --reward"),
        (("--task", "chess"), "no task is called 'chess'"),
        (("--task", "pointer_tree", "--weighting", "magic"), "no weighting is called 'magic'; choose from uniform"),
        (("--task", "pointer_tree", "--alpha", -1), "alpha is -1.0; expected a number from 0 up"),
        (("--task", "pointer_tree", "--no_such_field", 3), "--no_such_field"),
        (("--task", "pointer_tree", "--config", "/no/run.yaml"), "/no/run.yaml"),
        (("--task", "pointer_tree", "--max_steps", "soon"), "invalid int value: 'soon'"),
        (("--task", "pointer_tree", "--num_generations", 3), "divisible by num_generations (3)"),
        (("--task", "pointer_tree", *SIZES, "--num_iterations", 2, "--save_steps", 3), "a rollout lasts 2 updates"),
        (("--task", "pointer_tree", "--lora-alpha", 8), "there is no adapter to scale: pass --lora RANK, too"),
        (("--task", "pointer_tree", "--dtype", "int8"), "the dtype is 'int8'; expected auto or one of"),
        (("--task", "pointer_tree", "--report_to", "wandb"), "wandb, which is not installed"),
        (("--data", "/no/rows.jsonl", "--reward", "os:getcwd"), "/no/rows.jsonl is not a file"),
        (("--data", "rows", "--reward", "no_such_module:f"), "'no_such_module:f' cannot be imported"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, refused, tmp_path, words, phrase):
    done = call("train", BASE, *words, "--out", tmp_path / "run")
    assert refused(done, phrase), done.output
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_a_model_that_is_not_there_is_refused(call, refused, tmp_path):
    done = call("train", "/no/such/folder", "--task", "pointer_tree", "--out", tmp_path / "run")
    assert refused(done, "no model at /no/such/folder")
