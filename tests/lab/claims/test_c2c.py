"""C2c counts what really differs: a gate that changes fewer of its tokens needs fewer."""

from functools import partial

from rlvr_direction.lab.claims import c2c

SPEEDS = {"delta_logp": 20.0, "kl_rl_base": 10.0, "entropy_base": 5.0, "random": 5.0}


def test_a_rival_that_changes_little_of_what_it_selects_refutes_it(monkeypatch, gates_table):
    monkeypatch.setattr(c2c, "log_ratios", partial(c2c.log_ratios, draws=60))
    (row,) = c2c.judge({"gates": {"a task": gates_table(SPEEDS)}})
    assert (row.verdict, row.claim.id) == ("reproduced", "C2c")
    recorded = {"gates": {"a task": gates_table(SPEEDS, changed={"kl_rl_base": 0.2})}}
    (row,) = c2c.judge(recorded)
    assert row.verdict == "not reproduced" and "against KL" in row.text
    below = c2c.below(recorded).set_index("row")["verdict"]
    assert below["delta_logp needs fewer than entropy_base"] == "reproduced"
