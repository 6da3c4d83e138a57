"""Results B3 and B3m: delta_logp, summed over a response or at its lowest token, as a reward of responses."""

from collections.abc import Mapping

import pandas as pd

from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.claims.rewards import ranking, responses_of
from rlvr_direction.statistics import Interval

__all__ = ["CLAIM", "MINIMUM", "judge"]

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
    chapter="06_extrapolation",
    measured="Within-problem AUROC of the summed delta_logp, least favourable stage and writer: {part}",
    unit="AUROC",
    study="rewards",
    bound=0.5,
    ours=True,
)
MINIMUM = Claim(
    id="B3m",
    statement="The lowest delta_logp of a response ranks the responses of one problem by correctness at every stage.",
    rule=RULE.format(reward="the minimum of delta_logp over a response"),
    chapter="06_extrapolation",
    measured="Within-problem AUROC of the minimum of delta_logp, least favourable stage and writer: {part}",
    unit="AUROC",
    study="rewards",
    bound=0.5,
    ours=True,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task for the sum, then one per task for the minimum."""
    return [
        *judge_tasks(CLAIM, recorded, lambda table: _by_stage(table, "sum")),
        *judge_tasks(MINIMUM, recorded, lambda table: _by_stage(table, "minimum")),
    ]


def _by_stage(table: pd.DataFrame, reward: str) -> Mapping[str, Interval]:
    """The AUROC of a reward at every stage, by writer, on untruncated responses."""
    plain = table[table["top_p"] == 1]
    return {
        f"{stage}, written by {writer}": ranking(responses_of(own), reward)
        for (stage, writer), own in plain.groupby(["stage", "writer"], observed=True)
    }
