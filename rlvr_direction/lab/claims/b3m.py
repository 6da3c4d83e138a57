"""Result B3m: the lowest delta_logp of a response as its reward."""

from functools import partial

from rlvr_direction.lab.claims import b3
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.claims.rewards import by_stage

__all__ = ["AXES", "CLAIM", "judge"]

CLAIM = Claim(
    id="B3m",
    statement="The lowest delta_logp of a response ranks the responses of one problem by correctness at every stage.",
    rule=b3.RULE.format(reward="the minimum of delta_logp over a response"),
    chapter="11_reward_without_verifier",
    measured="Within-problem AUROC of the minimum of delta_logp, least favourable stage and writer: {part}",
    unit="AUROC",
    study="rewards",
    bound=0.5,
    ours=True,
)
AXES = b3.AXES


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task: the least favourable stage and writer."""
    return judge_tasks(claim, recorded, partial(by_stage, reward="minimum"))
