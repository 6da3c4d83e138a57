"""C4c: its words; how it is judged is tested with what it shares with its neighbours, in test_extrapolation."""

from rlvr_direction.lab.claims import c4c as claim


def test_a_gain_must_matter_and_rests_on_the_study_of_extrapolation():
    assert (claim.CLAIM.id, claim.CLAIM.study, claim.CLAIM.minimum_gain) == ("C4c", "tilts", 0.01)
    assert not claim.judge({"tilts": {}})
