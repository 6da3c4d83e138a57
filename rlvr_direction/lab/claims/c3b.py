"""Claim C3b: rare tokens carry most of the gradient."""

from rlvr_direction.lab.claims.claim import SEED, Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.claims.gradient import share_over_problems

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C3b",
    statement="Rare tokens carry most of the gradient.",
    rule="The share of tokens with p < .5 in the sum of |A| * ratio * (1 - p) over a stage's own rollouts: the 95 % "
    "interval over problems lies above .5 at the start and at the end of RL.",
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
        return {stage: share_over_problems(of_stage, seed=SEED) for stage, of_stage in stages}

    return judge_tasks(CLAIM, recorded, shares)
