"""The accelerator: none on a machine with a processor alone."""

import torch

from rlvr_direction.lab.device import accelerator, stamp


def test_without_an_accelerator_nothing_is_moved(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    assert accelerator() is None and stamp() == {}


def test_an_accelerator_is_named_by_its_kind(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda", 0))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    assert accelerator() == "cuda" and stamp() == {"device": "a GPU", "torch": torch.__version__}
