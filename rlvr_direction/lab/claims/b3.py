"""Result B3: the summed delta_logp as a reward of responses."""

from functools import partial

from rlvr_direction.lab.claims.axes import Axis
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.claims.rewards import by_stage

__all__ = ["AXES", "CLAIM", "RULE", "judge"]

RULE = (
    "At T = 1 and top_p = 1, at every recorded stage of RL (10, 20, 40 and 80 rollouts on the small tasks), for "
    "responses that the base wrote and for ones that this stage wrote: within-problem AUROC of {reward} against "
    "correctness, averaged over the problems that have right and wrong responses. Every interval above .5."
)
CLAIM = Claim(
    id="B3",
    statement="The summed delta_logp, the implicit reward of RL, ranks the responses of one problem by correctness at "
    "every stage.",
    rule=RULE.format(reward="the sum of delta_logp over a response"),
    chapter="11_reward_without_verifier",
    measured="Within-problem AUROC of the summed delta_logp, least favourable stage and writer: {part}",
    unit="AUROC",
    study="rewards",
    bound=0.5,
    ours=True,
)
AXES = (
    Axis("AUROC asked for", "above .5", {"above .6": {"bound": 0.6}, "above .75": {"bound": 0.75}}),
    Axis("Written by", "the base and RL, each", {"the base": {"only": "by base"}, "RL": {"only": "by rl"}}),
    Axis("Stages", "each", {f"after {n} rollouts": {"only": f"rl_{n:03}"} for n in (10, 80)}),
)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task: the least favourable stage and writer."""
    return judge_tasks(claim, recorded, partial(by_stage, reward="sum"))
