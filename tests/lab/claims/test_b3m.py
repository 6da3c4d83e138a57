"""B3m: as B3, of the minimum."""

from rlvr_direction.lab.claims import b3, b3m


def test_it_has_the_same_rule_and_is_decided_by_the_minimum_alone(rewards_table):
    recorded = rewards_table({"minimum": 2.0, "sum": -2.0})
    (row,) = b3m.judge(recorded)
    assert (row.claim, row.verdict) == (b3m.CLAIM, "reproduced")
    assert b3.judge(recorded)[0].verdict == "not reproduced"
    assert b3m.CLAIM.rule == b3.CLAIM.rule.replace("the sum of", "the minimum of")
