"""RL by TRL from the saved base: metrics per rollout, stages as folders, and a killed run resumes exactly."""

import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOTrainer

from rlvr_direction import records
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys import rl, train_rl
from rlvr_direction.lab.toys.recipe import RLRecipe
from rlvr_direction.training import ReweightedGRPOTrainer

TASK = TASKS["pointer_tree"]
TINY = RLRecipe(rollouts=3, prompts=4, generations=4, stages=(1, 3))


def with_base(folder):
    shutil.copytree(TOYS / "pointer_tree" / "base", folder / "base")
    return folder


def weights(folder):
    return AutoModelForCausalLM.from_pretrained(folder).state_dict()


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = with_base(tmp_path_factory.mktemp("toy"))
    return folder, train_rl(TASK, folder, seed=0, recipe=TINY, progress=False)


def metrics(folder, seed=0):
    return records.load(Path(folder, f"training_seed_{seed}.parquet"))


def test_a_row_of_metrics_for_each_rollout(trained):
    table = metrics(trained[0])
    assert table["rollout"].tolist() == [1, 2, 3] and table.attrs["prompts"] == 4
    assert table["reward"].between(0, 1).all() and (table["reward"] * 16 % 1 < 1e-6).all()
    assert table["length"].between(1, TASK.max_new_tokens).all()
    assert (table[["entropy", "seconds", "grad_norm"]] > 0).all().all()


def test_stages_are_folders_and_the_scratch_is_gone(trained):
    folder, stages = trained
    assert [stage.name for stage in stages] == ["rl_001", "rl_003"]
    assert {path.name for path in folder.iterdir()} == {"base", "rl_001", "rl_003", "training_seed_0.parquet"}
    before, first, last = (weights(path) for path in (folder / "base", *stages))
    assert not same(before, first) and not same(first, last)
    assert AutoTokenizer.from_pretrained(stages[0]).get_vocab()


def test_another_seed_is_another_run_from_the_same_base(trained):
    folder, stages = trained
    (other,) = train_rl(TASK, folder, seed=2, recipe=RLRecipe(1, 4, 4, stages=(1,)), progress=False)
    assert other.name == "rl_001_seed_2" and not same(weights(other), weights(stages[0]))


def test_on_an_accelerator_it_is_trls_own_trainer_bit_for_bit(tmp_path, monkeypatch):
    def stock(*, weighting, **arguments):
        return GRPOTrainer(**arguments)

    last = []
    for trainer in (stock, ReweightedGRPOTrainer):
        folder = with_base(tmp_path / trainer.__name__)
        monkeypatch.setattr(rl, "trainer_class", lambda kind=trainer: kind)
        last.append(train_rl(TASK, folder, seed=0, recipe=TINY, progress=False)[-1])
    assert same(*map(weights, last))


def test_a_killed_run_resumes_to_the_same_weights_and_metrics(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(rl, "SAVE_EVERY", 1)
    real, calls = rl.reward_of, []

    def killed_at_the_third(task, tokenizer):
        reward = real(task, tokenizer)

        def correct(**columns):
            calls.append(1)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return reward(**columns)

        return correct

    monkeypatch.setattr(rl, "reward_of", killed_at_the_third)
    with_base(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        train_rl(TASK, tmp_path, seed=0, recipe=TINY, progress=False)
    assert not (tmp_path / "training_seed_0.parquet").exists()
    resumed = train_rl(TASK, tmp_path, seed=0, recipe=TINY, progress=False)
    assert len(calls) == 4 and same(weights(resumed[-1]), weights(trained[1][-1]))
    columns = ["rollout", "reward", "entropy", "length", "loss"]
    assert metrics(tmp_path)[columns].equals(metrics(trained[0])[columns])


def test_a_run_killed_before_its_metrics_were_written_makes_no_further_update(trained, tmp_path, monkeypatch):
    with_base(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(rl, "SAVE_EVERY", 1)
        patch.setattr(rl, "per_rollout", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            train_rl(TASK, tmp_path, seed=0, recipe=TINY, progress=False)
    last = (tmp_path / "rl_003" / "model.safetensors").stat().st_mtime_ns
    monkeypatch.setattr(rl, "SAVE_EVERY", 1)
    resumed = train_rl(TASK, tmp_path, seed=0, recipe=TINY, progress=False)
    assert (resumed[-1] / "model.safetensors").stat().st_mtime_ns == last
    columns = ["rollout", "reward", "entropy", "length", "loss"]
    assert metrics(tmp_path)[columns].equals(metrics(trained[0])[columns])


def test_a_finished_run_is_returned_as_it_is(trained, monkeypatch):
    monkeypatch.setattr(rl, "_train", None)
    assert train_rl(TASK, trained[0], seed=0, recipe=TINY) == trained[1]


def test_without_a_base_there_is_nothing_to_train(tmp_path):
    with pytest.raises(FileNotFoundError, match="no base model in"):
        train_rl(TASK, tmp_path, seed=0, recipe=TINY)
    assert not list(tmp_path.iterdir())
