"""Adapters: the pair whose RL is base plus adapter is measured beside a stage of full fine-tuning."""

from rlvr_direction.lab.studies import adapters, any_pair
from rlvr_direction.lab.toys.recipe import RLRecipe


def test_an_adapter_and_the_nearest_stage_are_measured_alike(monkeypatch):
    monkeypatch.setattr(any_pair, "COLDER", any_pair.COLDER[:1])
    monkeypatch.setattr(any_pair, "DIFFERS", -1.0)
    monkeypatch.setattr(any_pair, "DRAWS", 5)
    table = adapters._of_seed("pointer_tree", 0, 8, calibration=8, recipe=RLRecipe(1, 4, 4))
    first, second = table["trained"].unique()
    assert first == "adapter" and second.startswith("rl_")
    rows = table.groupby("trained").size()
    assert rows["adapter"] == rows[second] and {"plain", "cold rl", "random", "lead"} <= set(table["family"])
