"""The gates of a pair: measured on held-out problems, and open only where every value lies between its ends."""

import shutil

import pytest

from rlvr_direction import records
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.lab.toys.gates import GATES, measure_gates, passed


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    for name in ("base", "rl_020"):
        shutil.copytree(TOYS / "pointer_tree" / name, folder / name)
    return folder, measure_gates(TASKS["pointer_tree"], folder, "rl_020", n=40, samples=32)


def test_every_gate_is_measured_and_saved_with_its_ends(measured):
    folder, table = measured
    assert table["gate"].tolist() == list(GATES) and table["value"].between(0, 1).all()
    value = dict(zip(table["gate"], table["value"], strict=True))
    assert value["base, pass@1"] < value["base, pass@32"] and 0.35 < value["unfinished RL, accuracy"] < 0.65
    assert value["tokens with TV > .01"] > 0.5, "the policies of the small tree differ nearly everywhere"
    saved = records.load(folder / "gates.parquet")
    assert saved.attrs["stage"] == "rl_020" and saved.equals(table)


def test_the_tree_is_not_in_the_papers_regime_and_a_table_of_middles_is(measured):
    _, table = measured
    assert not passed(table)
    assert passed(table.assign(value=(table["low"] + table["high"]) / 2))
