"""Result B1: the sum of delta_logp up to a token tells RL's text from the base's better than any other score."""

from functools import partial

from rlvr_direction.lab.claims.axes import LEAD, OVER_SEEDS
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_cells
from rlvr_direction.lab.claims.direction import leads

__all__ = ["AXES", "CLAIM", "judge"]

CLAIM = Claim(
    id="B1",
    statement="The sum of delta_logp up to and including a token separates pooled tokens better than any other score.",
    rule="On tokens where TV(base, rl) > .01, the oriented AUROC of the sum of delta_logp minus the highest among "
    "delta_logp, both entropies, both KLs, both log-probabilities, their sums, and the position: the 95 % interval "
    "over prompts lies above 0. In the deciding cell five RL seeds are pooled, and at least 4 of them have the sign of "
    "the estimate.",
    chapter="02_direction_not_magnitude",
    measured="Lead in oriented AUROC over the best other score per {part}",
    unit="oriented AUROC difference",
    study="separation",
    ours=True,
    departures=(
        "The position, and the sums of both log-probabilities up to the token, are rivals too.",
        "The sum is of raw log-probabilities: at top_p .7 it is not exactly the likelihood ratio of the two writers.",
    ),
)
AXES = (LEAD, OVER_SEEDS)


def judge(recorded: Recorded, claim: Claim = CLAIM) -> list[Judged]:
    """One row per task and cell."""
    return judge_cells(claim, recorded, partial(leads, claim=claim.id))
