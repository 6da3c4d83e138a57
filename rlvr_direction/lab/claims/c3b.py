"""Claim C3b: rare tokens carry most of the gradient."""

from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.claims.gradient import share_over_problems

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C3b",
    statement="Rare tokens carry most of the gradient.",
    rule="Their (p < .5) share of summed |A| ratio (1 - p) on that stage's rollouts: interval above .5 at the start "
    "and at the end.",
    chapter="04_why_sparse",
    measured="Share of the gradient on tokens less probable than one half, at the {part} (the smaller of the two)",
    unit="share of the gradient",
    study="gradient",
    bound=0.5,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the smaller share of the two stages."""

    def shares(table):
        stages = table[table["rl_seed"] == 0].groupby("stage", sort=False)
        return {stage: share_over_problems(of, seed=SEED) for stage, of in stages}

    return judge_tasks(CLAIM, recorded, shares)
