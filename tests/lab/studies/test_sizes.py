"""Sizes: trained from scratch in a folder that is kept, and measured at the unfinished stage."""

import pytest

from rlvr_direction.lab.studies import any_pair, sizes
from rlvr_direction.lab.toys.recipe import BaseRecipe, RLRecipe


def test_a_size_is_trained_once_and_measured(monkeypatch, tmp_path):
    monkeypatch.setattr(any_pair, "GATES", (0.1,))
    monkeypatch.setattr(any_pair, "GAMMAS", (0.0,))
    monkeypatch.setattr(any_pair, "COLDER", any_pair.COLDER[:1])
    monkeypatch.setattr(any_pair, "DIFFERS", -1.0)
    monkeypatch.setattr(any_pair, "DRAWS", 5)
    recipes = {"base_recipe": BaseRecipe(steps=2, documents=4), "rl_recipe": RLRecipe(2, 2, 4, stages=(1, 2))}

    def measure():
        return sizes._of_size("arithmetic", "0.1 M", 0, tmp_path, 6, calibration=6, **recipes)

    table = measure()
    assert table["parameters"].between(8e4, 2e5).all() and table["stage"].isin(["rl_001", "rl_002"]).all()
    arms = table[table["measure"] == "answers"].groupby(["family"])["problem_id"].count()
    assert arms["nowhere"] == arms["cold rl"] == arms["selective"] == 6 and arms["delta_logp"] == 12
    assert set(table.loc[table["measure"] == "auroc", "family"]) >= {"delta_logp", "kl_rl_base", "lead"}
    saved = (tmp_path / "0.1M" / "seed_0" / "base" / "model.safetensors").stat().st_mtime_ns
    assert measure().equals(table)
    assert (tmp_path / "0.1M" / "seed_0" / "base" / "model.safetensors").stat().st_mtime_ns == saved


def test_only_arithmetic_has_sizes():
    assert len(sizes.plan("arithmetic", seeds=2, n=5)) == 6
    with pytest.raises(ValueError, match="pass --task arithmetic"):
        sizes.plan("pointer_tree", seeds=1, n=5)
