"""Before weights are loaded, what they take and what is free is said."""

import logging

import pytest
import torch

from rlvr_direction import ModelPair, memory
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.memory import free_bytes, say_room, weights_bytes

BASE, RL = (str(TOYS / "arithmetic" / stage) for stage in ("base", "rl_010"))
PLACED = {"device_map": None, "revision": None}


@pytest.fixture
def free(monkeypatch):
    """A function: pretend that so many bytes are free."""
    return lambda size: monkeypatch.setattr(memory, "free_bytes", lambda place: size)


def test_the_size_is_that_of_the_weights_once_they_are_loaded():
    loaded = ModelPair.from_pretrained(BASE, RL).base
    n = sum(weight.numel() for weight in loaded.parameters())
    assert weights_bytes(BASE, "float32") == 4 * n
    assert weights_bytes(BASE, torch.bfloat16) == 2 * n
    assert weights_bytes(BASE, "auto") == 4 * n


def test_auto_is_the_format_that_the_checkpoint_names(random_model, tmp_path):
    random_model("llama").half().save_pretrained(tmp_path)
    assert 2 * weights_bytes(tmp_path, "auto") == weights_bytes(tmp_path, "float32")


def test_a_family_with_tied_embeddings_counts_them_once(random_model, tmp_path):
    for tied in (True, False):
        model = random_model("llama", tie_word_embeddings=tied)
        model.save_pretrained(tmp_path)
        assert weights_bytes(tmp_path, "float32") == 4 * sum(weight.numel() for weight in model.parameters())


def test_enough_room_is_said_and_too_little_is_a_warning_that_says_what_to_do(caplog, free):
    caplog.set_level(logging.INFO)
    free(10**9)
    say_room([(BASE, PLACED), (RL, PLACED)], "float32")
    free(1000)
    say_room([(BASE, PLACED), (RL, PLACED)], "float32")
    (enough, too_little) = caplog.records
    assert (enough.levelname, too_little.levelname) == ("INFO", "WARNING")
    assert enough.message == "memory: the weights take 0.00 GB, and 1.00 GB are free"
    assert too_little.message.endswith(
        "free; pass --dtype bfloat16, --device-map auto, or to score a pair --sequential"
    )


def test_models_on_two_devices_are_counted_apart(caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(memory, "weights_bytes", lambda name, dtype, **how: {BASE: 3, RL: 5}[name] * 10**9)
    monkeypatch.setattr(memory, "free_bytes", lambda place: {"cuda:0": 4, "cuda:1": 4}[place] * 10**9)
    say_room([(name, {"device_map": f"cuda:{i}"}) for i, name in enumerate((BASE, RL))], "float32")
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]
    assert "take 3.00 GB, and 4.00 GB are free on cuda:0" in caplog.messages[0]


def test_free_memory_is_that_of_the_device(monkeypatch):
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: type("Memory", (), {"available": 7}))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda gpu: (10 ** (gpu + 1), 0))
    found = {place: free_bytes(place) for place in (None, "cpu", "cuda", "cuda:1", "auto")}
    assert found == {None: 7, "cpu": 7, "cuda": 10, "cuda:1": 100, "auto": 117}
