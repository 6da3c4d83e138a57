"""Both methods together: every run is decoded in all ways at two stages."""

from types import MappingProxyType

from rlvr_direction.lab.studies import any_pair, methods, together
from rlvr_direction.lab.studies.methods import Size


def test_a_run_is_decoded_in_every_way_at_both_stages(monkeypatch):
    monkeypatch.setattr(methods, "SIZES", MappingProxyType({"pointer_tree": Size(3, prompts=4)}))
    monkeypatch.setattr(any_pair, "GATES", (0.1,))
    monkeypatch.setattr(any_pair, "GAMMAS", (0.0, 1.0))
    monkeypatch.setattr(any_pair, "COLDER", any_pair.COLDER[:2])
    table = together._of_run("pointer_tree", "paper", 0, 1e-4, 12, calibration=10)
    assert sorted(table["rollouts"].unique()) == [1, 3] and set(table["method"]) == {"paper"}
    per_stage = table.groupby("rollouts")["decoding"].apply(set)
    assert all(found == {"plain", "selective", "gamma 0", "cold rl"} for found in per_stage)
    assert table["problems"].eq(12).all() and table["correct"].between(0, 12).all()
    gates = table[table["decoding"].isin(["selective", "gamma 0"])].groupby("rollouts")["where"].nunique()
    assert (gates == 1).all()


def test_every_seed_is_trained_by_both_methods(monkeypatch):
    monkeypatch.setattr(together, "best_rate", lambda _task: 2e-4)
    parts = together.plan("arithmetic", seeds=3, n=10)
    assert [part.args[1:4] for part in parts[:2]] == [("DAPO", 0, 2e-4), ("paper", 0, 2e-4)] and len(parts) == 6
