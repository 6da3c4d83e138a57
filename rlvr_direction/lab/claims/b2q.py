"""Result B2q: a gate on a small learnt head against delta_logp, as real gates."""

from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.counts import parts_over_seeds

__all__ = ["CLAIM", "judge"]

CLAIM = Claim(
    id="B2q",
    statement="A gate on a learnt estimate of the advantage is more accurate than delta_logp at as many replacements.",
    rule="Accuracy at 5 % of the base's tokens fired, the learnt head minus delta_logp: interval above 0 and not below "
    "1 point.",
    chapter="04_the_right_gate",
    measured="Accuracy at 5 % fired: the learnt head minus delta_logp",
    unit="accuracy difference",
    study="q_head",
    minimum_gain=0.01,
    ours=True,
)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """A row for every task, in the deciding cell."""
    return judge_cells(
        claim,
        recorded,
        lambda table: parts_over_seeds(
            table, lambda arms, draws: {"the head": arms.gain("q_head", "delta_logp", draws)}
        ),
    )
