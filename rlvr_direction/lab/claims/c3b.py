"""Claim C3b: rare tokens carry more of the gradient than independence forces."""

from dataclasses import replace
from functools import partial

from rlvr_direction.lab.claims.axes import Axis
from rlvr_direction.lab.claims.claim import Claim, Judged, Recorded, judge_tasks
from rlvr_direction.lab.claims.gradient import BOUNDS, excess_over_seeds

__all__ = ["AXES", "CLAIM", "WITHIN", "judge"]

CLAIM = Claim(
    id="C3b",
    statement="Rare tokens carry more of the gradient than chance alone would give them.",
    rule="At p < .1, .3 and .5, the share of the summed |A| (1 - p) that tokens below the bound hold, minus their "
    "share if |A| were independent of the token: p (1 - p), summed over the policy's own distribution everywhere. "
    "The 95 % intervals over problems lie above 0 at the start and at the finished stage of RL, six in all. At the "
    "finished stage five RL seeds are pooled, and at least 4 of them have the sign of the estimate.",
    chapter="05_why_sparse",
    measured="Share of the gradient minus the share that independence forces, at {part} (the least favourable of six)",
    unit="share of the gradient",
    study="gradients",
    departures=(
        "A row beside the verdict lets |A| differ between responses: it asks only about the token at its position.",
        "On worded the finished stage is that of one RL seed: the runs of the other four end unfinished.",
    ),
)
WITHIN = "|A| of each response kept"
AXES = (
    Axis("Rare is", "p < .1, .3 and .5, each", {f"p < {bound:g}": {"only": f"p < {bound:g}"} for bound in BOUNDS}),
    Axis("Stages", "start and end, each", {stage: {"only": stage} for stage in ("start of RL", "finished stage")}),
    Axis("Advantage", "independent of the response, too", {WITHIN: {"over": "forced_within"}}),
)


def judge(recorded: Recorded, claim: Claim = CLAIM, *, over: str = "forced") -> list[Judged]:
    """Two rows per task: the verdict, and the same rule with the forced share weighted by each response's |A|."""
    verdicts = judge_tasks(claim, recorded, partial(excess_over_seeds, over=over))
    beside = judge_tasks(claim, recorded, partial(excess_over_seeds, over="forced_within"))
    pairs = zip(verdicts, beside, strict=True)
    return [row for found, within in pairs for row in (found, replace(within, cell=WITHIN, deciding=False))]
