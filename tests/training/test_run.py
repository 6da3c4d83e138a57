"""A run from its settings: whose folder it is, where it goes on, and how its model is loaded."""

import pytest
import torch

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


def test_options_of_the_model_are_obeyed_and_those_that_no_model_takes_refused(folders, tmp_path):
    base, _ = folders("llama")

    def loaded(**options):
        return run._model(base, ReweightedGRPOConfig.dapo(str(tmp_path), model_init_kwargs=options or None))

    assert loaded().dtype == torch.float32
    assert loaded(dtype="bfloat16").dtype == torch.bfloat16
    assert loaded(attn_implementation="eager").config._attn_implementation == "eager"
    with pytest.raises(ValueError, match=r"model_init_kwargs: .*'no_such_option'; pass what from_pretrained takes"):
        loaded(no_such_option=1)
