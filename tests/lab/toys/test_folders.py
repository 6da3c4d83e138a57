"""The committed toys are small, complete, described and fit for study; loading refuses unknown ones."""

import json

import pandas as pd
import pytest
from safetensors import safe_open

from rlvr_direction import records
from rlvr_direction.lab import checkout
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import SMALL_TASKS, TASKS
from rlvr_direction.lab.toys import accuracy_table, folders, gate, load_toy_pair, stages
from rlvr_direction.lab.toys.folders import HELD_OUT, TEMPERATURES, write_cards, write_problems

MADE = [name for name in TASKS if (TOYS / name / "accuracy_seed_0.parquet").is_file()]
each = pytest.mark.parametrize("name", MADE)


def committed(name):
    return records.load(TOYS / name / "accuracy_seed_0.parquet")


@each
def test_there_are_a_base_and_at_least_four_stages(name):
    assert len(stages(TOYS / name)) >= 4 and (TOYS / name / "base" / "config.json").is_file()
    assert all(stages(TOYS / name, seed=seed) for seed in range(5))


def test_all_together_are_below_a_hundred_megabytes():
    assert sum(path.stat().st_size for path in TOYS.rglob("*") if path.is_file()) < 100e6


@each
def test_weights_are_safetensors_of_one_precision_and_below_three_million(name):
    for folder in (path.parent for path in (TOYS / name).glob("*/config.json")):
        with safe_open(folder / "model.safetensors", "pt") as file:
            tensors = [file.get_tensor(key) for key in file.keys()]  # noqa: SIM118 -- not a mapping
        dtypes = {str(tensor.dtype) for tensor in tensors}
        assert dtypes in ({"torch.float32"}, {"torch.float16"})
        assert sum(tensor.numel() for tensor in tensors) < 3_000_000


@each
def test_every_stage_has_a_card_that_says_how_it_was_made(name):
    for stage in (path.parent.name for path in (TOYS / name).glob("*/config.json")):
        card = (TOYS / name / stage / "README.md").read_text()
        for fact in (f"`rlvr-direction toy {name}", "base seed: 0", "commit: ", "seconds", "temperature | top_p |"):
            assert fact in card, (stage, fact)


@each
def test_the_committed_pair_is_through_its_gate(name):
    accuracy = committed(name)
    assert gate(name, accuracy, stages(TOYS / name)[-1])
    assert set(accuracy["temperature"]) == set(TEMPERATURES) and set(accuracy["top_p"]) == {0.7, 1.0}


@each
def test_the_gate_is_not_open_to_a_pair_that_did_not_learn_or_a_base_that_need_not(name):
    accuracy = committed(name)
    last = stages(TOYS / name)[-1]
    of_base = accuracy["stage"] == "base"
    unlearned = pd.concat([accuracy[of_base], accuracy[of_base].assign(stage=last)])
    assert not gate(name, unlearned, last)
    shift = accuracy["accuracy"].where(~of_base, accuracy["accuracy"] + 0.3)
    assert not gate(name, accuracy.assign(accuracy=shift), last)


@each
def test_the_gate_was_measured_on_problems_that_no_training_saw(name):
    rows = [json.loads(line) for line in (TOYS / name / "problems.jsonl").read_text().splitlines()]
    seen = {problem.prompt for problem, _ in TASKS[name].corpus(4_000, seed=0)}
    seen |= {problem.prompt for problem in TASKS[name].problems(1920, seed=0, split="train")}
    assert len(rows) == 1000 and not seen & {row["problem"] for row in rows}


@each
def test_a_small_remeasurement_agrees_with_the_card(name):
    last, n = stages(TOYS / name)[-1], 120 if name in SMALL_TASKS else 24
    again = accuracy_table(TASKS[name], TOYS / name, [last], n=n, temperatures=(0.7,))
    both = again.merge(committed(name), on=["stage", "temperature", "top_p"], suffixes=("", "_card"))
    assert len(both) == 4
    error = both["standard_error_card"] * (1 + HELD_OUT / n) ** 0.5
    assert ((both["accuracy"] - both["accuracy_card"]).abs() < 4 * error + 0.01).all()


def test_the_last_stage_is_the_default():
    pair, last = load_toy_pair("pointer_tree"), load_toy_pair("pointer_tree", stages(TOYS / "pointer_tree")[-1])
    one, other = (p.models[1].state_dict() for p in (pair, last))
    assert all(one[key].equal(other[key]) for key in one)


def test_loading_says_what_there_is(tmp_path):
    with pytest.raises(ValueError, match="choose from arithmetic, pointer_tree"):
        load_toy_pair("chess")
    with pytest.raises(ValueError, match="no stage 'rl_999'; choose from rl_010"):
        load_toy_pair("arithmetic", "rl_999")
    with pytest.raises(FileNotFoundError, match="rlvr-direction toy arithmetic"):
        load_toy_pair("arithmetic", root=tmp_path)


def test_stages_of_a_seed_are_its_own_in_order(tmp_path):
    for name in ("rl_040", "rl_010", "rl_040_seed_3", "rl_020_seed_13", "base"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    assert stages(tmp_path) == ["rl_010", "rl_040"]
    assert stages(tmp_path, seed=3) == ["rl_040_seed_3"] and stages(tmp_path, seed=1) == []


def test_problems_are_written_as_decode_reads_them(tmp_path):
    from rlvr_direction.problems.files import load_problems

    path = write_problems(TASKS["pointer_tree"], tmp_path / "p.jsonl", n=5)
    assert len(load_problems(path)) == 5


def test_a_card_shows_its_own_cells(tmp_path):
    (tmp_path / "rl_001").mkdir()
    cell = {"stage": "rl_001", "temperature": 0.7, "top_p": 1.0, "accuracy": 0.25, "standard_error": 0.0125}
    accuracy = pd.DataFrame([cell, cell | {"stage": "base", "accuracy": 0.75}])
    write_cards(TASKS["arithmetic"], tmp_path, accuracy, {"rl_001": {"command": "`made`"}})
    card = (tmp_path / "rl_001" / "README.md").read_text()
    assert "- command: `made`" in card and "| 0.7 | 1 | 0.250 ± 0.013 |" in card and "0.75" not in card


def test_an_installation_without_a_clone_says_where_the_toys_are(monkeypatch, tmp_path):
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    monkeypatch.setattr(folders, "TOYS", tmp_path / "toys")
    with pytest.raises(FileNotFoundError, match="toys and recorded data come with a clone of the repository"):
        load_toy_pair("arithmetic", root=tmp_path / "toys")
