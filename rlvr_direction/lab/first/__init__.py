"""The claims that are still judged by the first registration, until the runs of the second are recorded."""

from rlvr_direction.lab.claims import recorded, reweighting
from rlvr_direction.lab.claims.claim import Judged, Recorded
from rlvr_direction.lab.first import c3c, c5a, c5b, c5c

__all__ = ["STUDIES", "c3c", "c5a", "c5b", "c5c", "judge_all", "recorded", "reweighting"]

STUDIES = ("reweighting",)


def judge_all(evidence: Recorded) -> list[Judged]:
    """The verdicts on these claims."""
    return [row for module in (c3c, c5a, c5b, c5c) for row in module.judge(evidence)]
