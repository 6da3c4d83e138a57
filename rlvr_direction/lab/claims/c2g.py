"""Claim C2g: a cheap gate needs both models."""

from rlvr_direction.lab.claims.axes import GAIN, OVER_SEEDS, TOKENS, at_shares, rivals
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded
from rlvr_direction.lab.claims.leads import CHANGED, judge_leads

__all__ = ["AXES", "CLAIM", "RIVALS", "judge"]

RIVALS = ("logp_rl", "logp_base", "gap_to_rl_argmax")
CLAIM = Claim(
    id="C2g",
    statement="A cheap gate needs both models: no score of one model does as well.",
    rule="At 2, 5, 8 and 12 % of tokens changed, each: accuracy with the gate delta_logp <= tau minus that with gates "
    "on pi_rl(y), on pi_base(y) and on the gap to RL's likeliest token. Every 95 % interval lies above 0, and none "
    "wholly below 1 point. A share that one of two gates does not reach with some RL seed is left out.",
    chapter="03_token_replacement",
    measured="Lead of delta_logp in accuracy over {part} of tokens changed (of those compared, the one that decides)",
    unit="accuracy difference",
    study="gates",
    minimum_gain=0.01,
)
AXES = (GAIN, TOKENS, rivals(*RIVALS), at_shares(*CHANGED), OVER_SEEDS)


def judge(recorded: Recorded, claim: Claim = CLAIM, *, of: str = "changed") -> list[Judged]:
    """One row per task and cell: of its leads over three rivals at four shares, the one that decides."""
    return judge_leads(claim, recorded, RIVALS, of)
