"""Which way tokens moved, pass@k, and the file that keeps every log."""

import pytest
import torch

from rlvr_direction import records
from rlvr_direction.training.metrics import passes


def test_direction_correctness_is_counted_by_hand(train, tmp_path):
    run = train(tmp_path, max_steps=1, direction_every=1, learning_rate=1e-4)
    batch, trainer = run.batches[0], run.trainer
    mask, sign = batch["completion_mask"].bool(), batch["advantages"].sign()[:, None]
    after = trainer.logp_of(batch)
    with torch.no_grad():
        for weight, before in zip(trainer.model.parameters(), run.before, strict=True):
            weight.copy_(before)
    gain = after - trainer.logp_of(batch)
    log = trainer.state.log_history[0]
    for name, side in (("positive_rise", 1), ("negative_fall", -1)):
        share = (side * gain[mask & (sign == side)] > 0).float().mean().item()
        assert log[f"direction/{name}"] == pytest.approx(share, abs=0.03) and share > 0.6


def test_direction_is_measured_as_often_as_asked(train, tmp_path):
    run = train(tmp_path, max_steps=4, direction_every=2)
    assert ["direction/positive_rise" in row for row in run.trainer.state.log_history[:-1]] == [
        False,
        True,
        False,
        True,
    ]


def test_measuring_the_direction_changes_nothing(train, tmp_path):
    one, other = (train(tmp_path / str(every), direction_every=every) for every in (0, 1))
    assert one.losses == other.losses


def test_the_file_holds_every_log_also_after_a_resume(train, tmp_path):
    settings = {"max_steps": 4, "save_strategy": "steps", "save_steps": 2}
    run = train(tmp_path, **settings)
    whole = records.load(tmp_path / "metrics.parquet")
    assert whole["loss"].dropna().tolist() == [row["loss"] for row in run.trainer.state.log_history if "loss" in row]
    train(tmp_path, resume=str(tmp_path / "checkpoint-2"), **settings)
    resumed = records.load(tmp_path / "metrics.parquet")
    columns = ["step", "loss", "reward", "entropy", "completions/mean_length", "weight_mean"]
    assert resumed[columns].equals(whole[columns]) and len(whole) == 5


def test_an_evaluation_logs_pass_at_k(train, tmp_path):
    run = train(
        tmp_path,
        lambda completions, **_: [float(len(c) > 3) for c in completions],
        max_steps=1,
        num_generations_eval=4,
        per_device_eval_batch_size=8,
        evaluate=True,
    )
    log = run.evaluation
    assert 0 <= log["eval_pass@1"] <= log["eval_pass@2"] <= log["eval_pass@4"] <= 1
    assert log["eval_pass@1"] == pytest.approx(log["eval_reward"])


def test_pass_at_k_by_hand():
    rewards = torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, torch.nan])
    assert passes(rewards, 4) == pytest.approx({"pass@1": 0.125, "pass@2": 0.25, "pass@4": 0.5})
    assert list(passes(torch.ones(6), 3)) == ["pass@1", "pass@2"]
