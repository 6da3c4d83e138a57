"""Claim C2f: it is the sign of delta_logp that makes replacement cheap."""

from rlvr_direction.lab.first.claim import SEED, Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.first.counts import arms_of_part
from rlvr_direction.lab.first.replacement import sign_does_it

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="C2f",
    statement="It is the sign of delta_logp that makes replacement cheap.",
    rule="Mean accuracy at 2, 5 and 8 % of tokens changed: delta_logp minus each of |delta_logp|, pi_base(y), "
    "pi_rl(y), the gap to RL's argmax, position-level mass and (at equal shares selected) the matched coin. Every 95 % "
    "interval lies above 0, and none wholly below 1 point.",
    chapter="03_token_replacement",
    measured="Smallest lead of delta_logp over its six rivals, mean accuracy at 2, 5 and 8 %: over {part}",
    unit="accuracy difference",
    study="replacement",
    minimum_gain=0.01,
    departures=("It is judged on RL seed 0 alone, not on five seeds.",),
    registration=1,
)


def judge(recorded: Recorded) -> list[Judged]:
    """One row per task: the smallest of six leads."""
    return judge_tasks(CLAIM, recorded, lambda table: sign_does_it(arms_of_part(table, "curves"), seed=SEED))
