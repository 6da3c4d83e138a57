"""The whole toy in one call: what it leaves behind, and what a second call leaves alone."""

import functools
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from rlvr_direction import records
from rlvr_direction.lab.toys import base, make, make_toy, rl
from rlvr_direction.lab.toys.recipe import LARGE, RECIPES, BaseRecipe, RLRecipe


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """The folder of a toy whose recipe and measurements take seconds."""
    recipe = replace(
        RECIPES["pointer_tree"], base=BaseRecipe(steps=3, documents=4), rl=RLRecipe(2, 2, 4, stages=(1, 2))
    )
    recipes = MappingProxyType({"pointer_tree": recipe})
    with pytest.MonkeyPatch.context() as patch:
        for module in (base, make, rl):
            patch.setattr(module, "RECIPES", recipes)
        patch.setattr(make, "accuracy_table", functools.partial(make.accuracy_table, n=4))
        patch.setattr(make, "TEMPERATURES", (0.0, 1.0))
        yield make_toy("pointer_tree", tmp_path_factory.mktemp("toy"), seed=3, jobs=1, command="rlvr-direction toy")


def test_a_toy_has_models_cards_problems_and_its_accuracy(toy):
    assert {path.name for path in toy.iterdir()} == {
        *("base", "rl_001", "rl_002", "problems.jsonl"),
        *("training_seed_0.parquet", "accuracy_seed_0.parquet"),
    }
    card = (toy / "rl_002" / "README.md").read_text()
    assert "DAPO's loss and clipping, without dynamic sampling" in card
    assert "base seed: 3" in card and "rollouts: 2 of 2 prompts x 4 responses" in card and "gpt2" in card
    accuracy = records.load(toy / "accuracy_seed_0.parquet")
    assert set(accuracy["stage"]) == {"base", "rl_001", "rl_002"} and accuracy.attrs["command"] == "rlvr-direction toy"


def test_another_rl_seed_leaves_base_and_first_run_as_they_are(toy):
    before = {path: path.read_bytes() for path in toy.rglob("*") if path.is_file()}
    make_toy("pointer_tree", toy, seed=3, rl_seed=1, jobs=1, command="second")
    assert all(path.read_bytes() == content for path, content in before.items())
    assert "RL seed: 1" in (toy / "rl_002_seed_1" / "README.md").read_text()


def test_accuracy_goes_on_where_it_was_interrupted_and_is_made_again_otherwise(toy, monkeypatch):
    asked, again = [], make.accuracy_table

    def dying(task, out, names, **how):
        asked.append((*names, how["temperatures"]))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return again(task, out, names, **how)

    monkeypatch.setattr(make, "accuracy_table", dying)
    before = records.load(toy / "accuracy_seed_0.parquet")
    with pytest.raises(KeyboardInterrupt):
        make_toy("pointer_tree", toy, seed=3, jobs=1, command="again")
    make_toy("pointer_tree", toy, seed=3, jobs=1, command="again")
    last, early = "rl_002", "rl_001"
    assert asked == [(last, (0.0,)), (last, (1.0,)), *2 * [(early, make.BETWEEN)]]
    assert records.load(toy / "accuracy_seed_0.parquet").equals(before)


def test_long_responses_are_measured_at_fewer_temperatures_and_their_base_once():
    def asked(rl_seed):
        parts = make._accuracies("worded", Path("out"), ["rl_010", "rl_022"], rl_seed=rl_seed)
        return [(*part.args[2], part.keywords["temperatures"], part.keywords["with_base"]) for part in parts]

    assert asked(0) == [*(("rl_022", (t,), True) for t in make.TEMPERATURES), ("rl_010", (1.0,), False)]
    assert asked(3) == [("rl_022", (1.0,), False), ("rl_010", (1.0,), False)]


def test_an_unknown_task_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="no task is called 'chess'"):
        make_toy("chess", tmp_path / "out", seed=0, command="c")
    assert not (tmp_path / "out").exists()


def test_a_large_toy_trains_by_its_own_recipe_and_is_there_of_worded_alone(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(make, "train_base", lambda *_, **how: asked.append(how))
    monkeypatch.setattr(make, "train_rl", lambda *_, **how: asked.append(how))
    monkeypatch.setattr(make, "_describe", lambda *_, **how: None)
    make_toy("worded", tmp_path, seed=0, large=True, command="c")
    large = LARGE["worded"]
    assert asked == [{"seed": 0, "recipe": large.base, "architecture": large.sizes}, {"seed": 0, "recipe": large.rl}]
    with pytest.raises(ValueError, match="the arithmetic toy has one size; a large one is there of worded"):
        make_toy("arithmetic", tmp_path, seed=0, large=True, command="c")
